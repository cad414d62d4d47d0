/** A list of other containers in the form: scanned one by one, each with its weight where asked. */

import { parseDigitalId, wasteCode, weightKg } from "../core/codes";
import { guardField } from "../scan/wedge";
import type { Draft } from "./draft";
import { h, icon } from "./dom";
import { field } from "./enrolScreen";
import { t } from "./i18n";
import { portionLines } from "./portions";
import { openCamera } from "./scanTools";

/** The field as it stands in the form; `draw` adds and removes lines and touches nothing else. */
export interface ListField {
  readonly element: HTMLElement;
  draw(): void;
}

/** `changed`: what would be signed is another one now. */
export function listField(
  draft: Draft, name: string, scanned: (text: string) => void, changed: () => void,
): ListField {
  const { zh, en, hintZh, hintEn, list } = draft.input(name);
  const lines = h("ul", { class: "list" });
  const input = h("input", {
    id: `in-${name}`, type: "text", autocomplete: "off", spellcheck: "false",
    placeholder: t(hintZh, hintEn), enterkeyhint: "done",
  });
  guardField(input, scanned);
  const scan = h("button", {
    class: "icon-button", type: "button", "aria-label": `${t("扫码添加", "Scan for")} ${t(zh, en)}`,
    onclick: () => openCamera(t(zh, en), scanned),
  }, icon("scan"));
  const put = (code: string, line?: [string, string]): void => {
    const kept = portionLines(draft.values.get(name) ?? "");
    draft.setLines(name, kept.flatMap((old) => (old[0] === code ? (line ? [line] : []) : [old])));
    draw();
    changed();
  };
  // Lines stay the elements that they are: the next scan is being typed while the last is checked.
  const draw = (): void => {
    const wanted = portionLines(draft.values.get(name) ?? "");
    const shown = new Set<string>();
    for (const line of [...lines.children] as HTMLElement[]) {
      const code = line.dataset["id"] ?? "";
      if (wanted.some(([one]) => one === code)) shown.add(code);
      else line.remove();
    }
    for (const [code, typed] of wanted) {
      if (shown.has(code)) continue;
      const weight = list === "portions" && portionInput(code, typed, scanned, (value) => put(code, [code, value]));
      lines.append(listed(code, weight, () => put(code)));
    }
  };
  draw();
  const line = h("div", { class: "with-button" }, input, scan);
  return { element: field(`in-${name}`, zh, en, h("div", {}, lines, line)), draw };
}

function portionInput(
  code: string, typed: string, scanned: (text: string) => void, changed: (value: string) => void,
): HTMLInputElement {
  const weight = h("input", {
    type: "text", inputmode: "decimal", autocomplete: "off", class: "portion",
    "data-code": code, placeholder: t("千克", "kg"), "aria-label": `${t("千克", "kg")} ${code.slice(-11)}`,
  });
  weight.value = typed;
  weight.addEventListener("input", () => {
    weight.setAttribute("aria-invalid", String(weight.value !== "" && weightKg(weight.value) === null));
    changed(weight.value.trim());
  });
  guardField(weight, scanned);
  return weight;
}

function listed(code: string, weight: HTMLElement | false, onRemove: () => void): HTMLElement {
  const parts = parseDigitalId(code);
  const remove = h("button", {
    class: "icon-button", type: "button", "aria-label": `${t("移除", "Remove")} ${code}`, onclick: onRemove,
  }, icon("cross"));
  const identity = h("span", { class: "identity" },
    h("b", {}, parts ? wasteCode(parts) : code), h("small", {}, code.slice(-11)));
  return h("li", { class: "listed", "data-id": code }, identity, weight, remove);
}
