/** A list of other containers in the form: scanned one by one, each with its weight where asked. */

import { parseDigitalId, wasteCode, weightKg } from "../core/codes";
import { guardField } from "../scan/wedge";
import type { Draft } from "./draft";
import { h, icon } from "./dom";
import { field } from "./enrolScreen";
import { t } from "./i18n";
import { portionLines } from "./portions";
import { openCamera } from "./scanTools";

/** `changed(true)`: the list itself is another one and has to be drawn anew. */
export function listField(
  draft: Draft, name: string, scanned: (text: string) => void, changed: (drawn: boolean) => void,
): HTMLElement {
  const { zh, en, hintZh, hintEn, list } = draft.input(name);
  const lines = portionLines(draft.values.get(name) ?? "");
  const put = (at: number, line: readonly [string, string] | undefined): void => {
    draft.setLines(name, lines.flatMap((old, n) => (n === at ? (line ? [line] : []) : [old])));
  };
  const items = lines.map(([code, typed], at) => {
    const weight = list === "portions" && h("input", {
      type: "text", inputmode: "decimal", autocomplete: "off", class: "portion",
      "data-code": code, placeholder: t("千克", "kg"), "aria-label": `${t("千克", "kg")} ${code.slice(-11)}`,
    });
    if (weight) {
      weight.value = typed;
      weight.addEventListener("input", () => {
        lines[at] = [code, weight.value.trim()];
        put(at, lines[at]);
        weight.setAttribute("aria-invalid", String(weight.value !== "" && weightKg(weight.value) === null));
        changed(false);
      });
    }
    const parts = parseDigitalId(code);
    const remove = h("button", {
      class: "icon-button", type: "button", "aria-label": `${t("移除", "Remove")} ${code}`,
      onclick: () => {
        put(at, undefined);
        changed(true);
      },
    }, icon("cross"));
    const shown = h("span", { class: "identity" },
      h("b", {}, parts ? wasteCode(parts) : code), h("small", {}, code.slice(-11)));
    return h("li", { class: "listed", "data-id": code }, shown, weight, remove);
  });
  const input = h("input", {
    id: `in-${name}`, type: "text", autocomplete: "off", spellcheck: "false",
    placeholder: t(hintZh, hintEn), enterkeyhint: "done",
  });
  guardField(input, scanned);
  const scan = h("button", {
    class: "icon-button", type: "button", "aria-label": `${t("扫码添加", "Scan for")} ${t(zh, en)}`,
    onclick: () => openCamera(t(zh, en), scanned),
  }, icon("scan"));
  const line = h("div", { class: "with-button" }, input, scan);
  return field(`in-${name}`, zh, en, h("div", {}, h("ul", { class: "list" }, ...items), line));
}
