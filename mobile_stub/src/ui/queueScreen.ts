/** What this handheld has signed, and what became of each record. */

import { parseDigitalId, wasteCode } from "../core/codes";
import { cleanScan } from "../core/token";
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

/** The container's code within the text of a label. */
const LABEL_CODE = /\/Q\/([0-9A-Z]{37})\./;

export class QueueScreen {
  readonly element = h("section", { class: "screen queue" });
  private readonly opened = new Set<string>();
  private readonly tools = h("div", { class: "tools" });
  private readonly list = h("div", { class: "list" });

  constructor(private readonly session: Session) {
    // Outside of what is drawn anew, so that a person may type while records come and go.
    this.element.append(this.tools, h("div", { class: "field" }, this.searchField()), this.list);
  }

  render(): void {
    const { records } = this.session;
    fill(this.tools, ...this.buttons());
    const cards = records.map((entry) => this.card(entry));
    fill(this.list, this.caption(), cards.length ? h("ul", {}, ...cards) : this.empty());
  }

  private empty(): HTMLElement {
    const text = this.session.search
      ? t("没有找到", "Nothing found")
      : t("还没有记录", "No records yet");
    return h("p", { class: "empty" }, icon("list"), text);
  }

  private caption(): HTMLElement | null {
    const { records, summary } = this.session;
    const [shown, total] = [records.length, summary.total];
    if (shown === 0 || shown === total) return null;
    return h("p", { class: "hint" }, this.session.search
      ? t(`找到 ${shown} 条`, `${shown} found`)
      : t(`最近 ${shown} 条，共 ${total} 条；更早的可查找`,
        `The newest ${shown} of ${total}; search for older ones`));
  }

  private searchField(): HTMLElement {
    const input = h("input", {
      type: "search", id: "find", autocomplete: "off", spellcheck: "false", inputmode: "text",
      "aria-label": t("查找编码", "Find a code"), enterkeyhint: "search",
      placeholder: t("扫码或输入编码、日期、联单号", "Scan or type a code, a date, a manifest number"),
    });
    input.addEventListener("input", () => {
      const text = cleanScan(input.value).toUpperCase().replace(/[\s-]/g, "");
      void this.session.find(LABEL_CODE.exec(text)?.[1] ?? text);
    });
    return input;
  }

  private buttons(): HTMLElement[] {
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
    return [sync, h("div", { class: "pair" }, this.exportButton(), this.importButton())];
  }

  private exportButton(): HTMLElement {
    const save = async (): Promise<void> => {
      const { device, db } = this.session;
      if (!device) return;
      const day = new Date().toISOString().slice(0, 19).replace(/[:T-]/g, "");
      download(`${device.dev}-${day}.hwq`, await exportQueue(db, device));
    };
    return h("button", { class: "secondary", type: "button", onclick: () => void save() },
      icon("out"), big("全部导出", "Export all"));
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
    const [first, count] = [entry.containers[0], entry.containers.length];
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
        h("span", { class: "count" }, first && shortCode(first),
          count > 1 && t(` 等 ${count} 个`, ` and ${count - 1} more`))),
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

/** Waste code and running number, as a person reads them off the drum. */
function shortCode(id: string): string {
  const parts = parseDigitalId(id);
  return parts ? `${wasteCode(parts)} #${parts.serial}` : `…${id.slice(-11)}`;
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
