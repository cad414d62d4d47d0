/** The scanned containers, each with the verdict on its label. */

import { parseDigitalId, wasteCode } from "../core/codes";
import { isBad, type Verdict } from "../core/token";
import type { Container, Draft } from "./draft";
import { h, icon, type IconName } from "./dom";
import { t } from "./i18n";

const VERDICTS: Record<Verdict, { zh: string; en: string; icon: IconName }> = {
  genuine: { zh: "真码", en: "Genuine", icon: "check" },
  forged: { zh: "伪码", en: "Forged", icon: "cross" },
  withdrawn: { zh: "已失效（补发过新标签）", en: "Withdrawn (a new label was issued)", icon: "cross" },
  unknown: { zh: "未知签发", en: "Unknown issuer", icon: "alert" },
  unsigned: { zh: "无签名", en: "Unsigned", icon: "type" },
};

export function verdictText(verdict: Verdict): string {
  return t(VERDICTS[verdict].zh, VERDICTS[verdict].en);
}

export function scanList(draft: Draft, onRemove: (id: string) => void): HTMLElement {
  const items = draft.containers.map((container) => card(container, onRemove));
  const title = h("h2", {}, t("容器", "Containers"), h("span", { class: "count" }, String(items.length)));
  return h("div", { class: "scans" }, title, h("ul", {}, ...items));
}

function card(container: Container, onRemove: (id: string) => void): HTMLElement {
  const { verdict, id } = container;
  const remove = h(
    "button",
    {
      class: "icon-button", type: "button", onclick: () => onRemove(id),
      "aria-label": `${t("移除", "Remove")} ${id}`,
    },
    icon("cross"),
  );
  return h(
    "li",
    { class: `scan ${verdict}`, "data-id": id, "data-verdict": verdict },
    h("div", { class: "what" },
      h("span", { class: "badge" }, icon(VERDICTS[verdict].icon), verdictText(verdict)),
      identity(id)),
    remove,
    isBad(verdict) && h("p", { class: "advice" }, advice(verdict)),
  );
}

function advice(verdict: Verdict): string {
  if (verdict === "forged") {
    return t("签名不符：不要收运，保留现场并上报。移除后才能记录。",
      "The signature is wrong: do not take it, report it. Remove it to go on.");
  }
  return t("请找到桶上的新标签再扫；没有新标签就上报。移除后才能记录。",
    "Find the new label on the drum and scan that; report it if there is none. Remove this to go on.");
}

/** Waste code and running number are what a person compares with the drum: they come first. */
function identity(id: string): HTMLElement {
  const parts = parseDigitalId(id);
  if (!parts) return h("code", {}, id);
  const waste = wasteCode(parts);
  const date = `${parts.date.slice(0, 4)}-${parts.date.slice(4, 6)}-${parts.date.slice(6)}`;
  return h(
    "div",
    { class: "identity" },
    h("b", {}, waste, h("span", {}, ` #${parts.serial}`)),
    h("small", {}, `${date} · ${parts.unit}`),
  );
}
