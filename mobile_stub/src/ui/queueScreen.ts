/** What this handheld has signed, and what became of each record. */

import type { Session } from "../session";
import type { EventRecord, Fault } from "../store/model";
import { exportQueue } from "../store/queue";
import { big, download, fill, h, icon, type IconName } from "./dom";
import { actionName } from "./enrolScreen";
import { notify } from "./feedback";
import { stamp, t } from "./i18n";

const STATES: Record<EventRecord["state"], { zh: string; en: string; icon: IconName }> = {
  pending: { zh: "待发", en: "Pending", icon: "clock" },
  accepted: { zh: "已收 · 回执已验证", en: "Accepted · receipt verified", icon: "check" },
  refused: { zh: "被拒", en: "Refused", icon: "cross" },
};

/** A long list is a slow list on a small device; the export holds everything. */
const SHOWN = 200;

export class QueueScreen {
  readonly element = h("section", { class: "screen queue" });
  private readonly opened = new Set<string>();

  constructor(private readonly session: Session) {}

  render(): void {
    const { session } = this;
    const cards = session.records.slice(0, SHOWN).map((entry) => this.card(entry));
    const empty = h("p", { class: "empty" }, icon("list"), t("还没有记录", "No records yet"));
    fill(this.element, this.tools(), cards.length ? h("ul", {}, ...cards) : empty);
  }

  private tools(): HTMLElement {
    const { session } = this;
    const sync = h(
      "button",
      {
        class: "primary", type: "button", disabled: session.syncing || !session.device,
        onclick: () => void session.sync(),
      },
      icon("up"),
      session.syncing ? big("正在上传…", "Sending…") : big("立即上传", "Send now"),
    );
    return h("div", { class: "tools" }, sync,
      h("div", { class: "pair" }, this.exportButton(), this.importButton()));
  }

  private exportButton(): HTMLElement {
    const save = async (): Promise<void> => {
      const { device, db } = this.session;
      if (!device) return;
      const day = new Date().toISOString().slice(0, 19).replace(/[:T-]/g, "");
      download(`${device.dev}-${day}.hwq`, await exportQueue(db, device));
    };
    return h("button", { class: "secondary", type: "button", onclick: () => void save() },
      icon("out"), big("导出", "Export"));
  }

  private importButton(): HTMLElement {
    const input = h("input", {
      type: "file", accept: ".hwq,application/json", class: "visually-hidden", tabindex: "-1",
      "aria-label": t("导入队列文件", "Import a queue file"),
    });
    input.addEventListener("change", async () => {
      const file = input.files?.[0];
      input.value = "";
      if (!file) return;
      try {
        const added = await this.session.import(await file.text());
        notify("good", t(`新增 ${added} 条`, `${added} added`));
      } catch {
        notify("bad", t("不是有效的 .hwq 文件", "Not a valid .hwq file"));
      }
    });
    return h("button", { class: "secondary", type: "button", onclick: () => input.click() },
      icon("in"), big("导入", "Import"), input);
  }

  private card(entry: EventRecord): HTMLElement {
    const look = STATES[entry.state];
    const count = entry.containers.length;
    const toggle = (): void => {
      if (!this.opened.delete(entry.id)) this.opened.add(entry.id);
      this.render();
    };
    const open = this.opened.has(entry.id);
    return h(
      "li",
      { class: `entry ${entry.state}`, "data-state": entry.state, "data-seq": String(entry.seq) },
      h("button", { class: "head", type: "button", "aria-expanded": String(open), onclick: toggle },
        h("span", { class: "badge" }, icon(look.icon), t(look.zh, look.en)),
        h("time", {}, stamp(new Date(entry.t))),
        h("b", {}, actionName(this.session, entry.typ)),
        h("span", { class: "count" }, count > 0 && t(`${count} 个容器`, `${count} containers`))),
      entry.fault && h("p", { class: "fault" }, icon("alert"), faultText(entry.fault)),
      entry.refusal && this.refusal(entry),
      open && details(entry),
    );
  }

  private refusal(entry: EventRecord): HTMLElement {
    const { refusal } = entry;
    if (!refusal) return h("div");
    return h(
      "div",
      { class: "refusal" },
      h("p", {}, h("b", {}, t(refusal.zh, refusal.en))),
      h("p", {}, t("办法：", "What to do: "), t(refusal.do_zh, refusal.do_en)),
      h("div", { class: "row" },
        h("code", {}, refusal.code),
        h("button", {
          class: "secondary", type: "button", onclick: () => void this.session.sendAgain(entry.id),
        }, t("再发一次", "Send again"))),
    );
  }
}

function faultText(fault: Fault): string {
  return `${t("回执不可信，未采信：", "Receipt not trusted: ")}${t(fault.zh, fault.en)}`;
}

function details(entry: EventRecord): HTMLElement {
  const rows: [string, string][] = [
    [t("设备 / 序号", "Device / seq"), `${entry.dev}/${entry.ep} #${entry.seq}`],
    [t("记录编号", "Record id"), entry.id],
  ];
  if (entry.imported) rows.push([t("来源", "Source"), t("导入文件", "Imported file")]);
  if (entry.proof) {
    rows.push([t("账本序号", "Ledger index"), String(entry.proof.index)]);
    rows.push([t("入账时间", "Logged at"), stamp(new Date(entry.proof.ms))]);
  }
  for (const id of entry.containers) rows.push([t("容器", "Container"), id]);
  return h("dl", {}, ...rows.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}
