/** Today's round as it was synced last: doors in order, what waits there, and which are done. */

import type { Session } from "../session";
import type { Round, Stop } from "../store/model";
import { big, fill, h, icon } from "./dom";
import { t } from "./i18n";

const OUTCOMES: Record<string, { zh: string; en: string }> = {
  collected: { zh: "已收集", en: "Collected" },
  absent: { zh: "无人", en: "Nobody there" },
  nothing: { zh: "无废物", en: "Nothing to collect" },
  refused: { zh: "未收", en: "Not taken" },
};

export class RoundScreen {
  readonly element = h("section", { class: "screen rounds" });

  /** `onVisit`: the person is at this door. */
  constructor(
    private readonly session: Session,
    private readonly onVisit: (unit: string) => void,
  ) {}

  render(): void {
    fill(this.element, ...this.session.rounds.map((round) => this.round(round)));
  }

  private round(round: Round): HTMLElement {
    const done = round.stops.filter((stop) => this.outcome(stop) !== "").length;
    return h("div", { class: "list", "data-round": round.round },
      h("h2", {}, `${round.round} · ${round.vehicle_plate} · ${done}/${round.stops.length}`),
      h("ol", { class: "list" }, ...round.stops.map((stop, at) => this.stop(stop, at + 1))));
  }

  /** What this device recorded counts before what was synced. */
  private outcome(stop: Stop): string {
    return this.session.ticks.get(stop.producer)?.outcome ?? stop.outcome;
  }

  private stop(stop: Stop, number: number): HTMLElement {
    const outcome = this.outcome(stop);
    const words = OUTCOMES[outcome];
    const pending = this.session.ticks.get(stop.producer)?.state === "pending";
    const taken = outcome === "collected";
    const state = outcome === "" ? "pending" : taken ? "accepted" : "missed";
    return h("li", {
      class: `entry stop ${state}`, "data-unit": stop.producer, "data-outcome": outcome,
    },
      h("div", { class: "head" },
        h("b", {}, `${number}. ${stop.producer_name}`),
        words && h("span", { class: "badge" }, icon(taken ? "check" : "alert"), big(words.zh, words.en))),
      h("dl", {}, ...this.facts(stop)),
      pending && h("p", { class: "hint" }, t("未上传", "Not sent yet")),
      h("button", { class: "secondary", type: "button", onclick: () => this.onVisit(stop.producer) },
        big("登记上门", "Record the visit")));
  }

  private facts(stop: Stop): HTMLElement[] {
    const { contact_name, contact_phone, contact_address } = stop.contact;
    const wastes = stop.wastes.map((waste) =>
      t(`${waste.waste_code} ${waste.packages} 件 ${waste.weight_kg} kg`,
        `${waste.waste_code}, ${waste.packages} pieces, ${waste.weight_kg} kg`));
    const line = (zh: string, en: string, value: Node | string): HTMLElement[] =>
      [h("dt", {}, t(zh, en)), h("dd", {}, value)];
    return [
      ...(contact_address ? line("地址", "Address", contact_address) : []),
      ...(contact_name ? line("联系人", "Contact", contact_name) : []),
      ...(contact_phone
        ? line("电话", "Phone", h("a", { href: `tel:${contact_phone}` }, contact_phone)) : []),
      ...line("预计", "Expected", wastes.join("\n") || t("未申请", "Nothing asked for")),
    ];
  }
}
