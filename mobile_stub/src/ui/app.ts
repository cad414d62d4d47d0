/** The frame around the screens: who and where, what is unsent, three tabs, alarms. */

import type { Session } from "../session";
import { openAlarm } from "./alarm";
import { DeviceScreen, type InstallPrompt } from "./deviceScreen";
import { big, fill, h, icon, type IconName } from "./dom";
import { enrolScreen } from "./enrolScreen";
import { since, language, setLanguage, t } from "./i18n";
import { QueueScreen } from "./queueScreen";
import { RecordScreen } from "./recordScreen";
import { RoundScreen } from "./roundScreen";
import { wedgeSink } from "./scanTools";
import { closeSheets } from "./sheet";

type Tab = "record" | "round" | "queue" | "device";

const TABS: Record<Tab, { zh: string; en: string; icon: IconName }> = {
  record: { zh: "记录", en: "Record", icon: "pen" },
  round: { zh: "线路", en: "Round", icon: "route" },
  queue: { zh: "队列", en: "Queue", icon: "list" },
  device: { zh: "本机", en: "Device", icon: "device" },
};

export class App {
  private tab: Tab = "record";
  private drawnTabs = "";
  private enrolCode: string | undefined;
  private readonly header = h("header", { class: "top" });
  private readonly strip = h("button", { class: "strip", type: "button" });
  private readonly main = h("main");
  private readonly nav = h("nav", { class: "tabs" });
  private readonly record: RecordScreen;
  private readonly round: RoundScreen;
  private readonly queue: QueueScreen;
  private readonly device: DeviceScreen;

  constructor(
    private readonly session: Session,
    private readonly root: HTMLElement,
  ) {
    this.record = new RecordScreen(session, (code) => this.enrol(code));
    this.round = new RoundScreen(session, (unit) => {
      this.record.begin("visit", { unit });
      this.show("record");
    });
    this.queue = new QueueScreen(session);
    this.device = new DeviceScreen(session, () => this.enrol(""));
    this.strip.addEventListener("click", () => {
      if (session.fork && session.device) openAlarm(session.fork, session.device);
      else this.show("queue");
    });
    setLanguage(language());
  }

  start(): void {
    const scanning = (): boolean => this.tab === "record" && !this.enrolling;
    const sink = wedgeSink((text) => void this.record.scanned(text), scanning);
    this.root.append(sink, this.header, this.strip, this.main, this.nav);
    this.session.subscribe(() => this.update());
    addEventListener("hashchange", () => this.readHash());
    addEventListener("beforeinstallprompt", (event) => {
      event.preventDefault();
      this.device.install = event as InstallPrompt;
      if (this.tab === "device") this.device.render();
    });
    this.readHash();
    this.render();
    sink.focus({ preventScroll: true });
  }

  /** What a native shell with a hardware scanner calls; the same road as the wedge. */
  scanned(text: string): void {
    void this.record.scanned(text);
  }

  enrol(code: string): void {
    closeSheets();
    this.enrolCode = code;
    this.render();
  }

  private get enrolling(): boolean {
    return !this.session.device || this.enrolCode !== undefined;
  }

  private readHash(): void {
    const match = /^#enrol=([A-Za-z0-9_-]+)$/.exec(location.hash);
    if (!match) return;
    // A one-time code has no business in the history of a shared device.
    history.replaceState(null, "", location.pathname);
    this.enrol(match[1] as string);
  }

  private show(tab: Tab): void {
    this.tab = tab;
    this.enrolCode = undefined;
    this.render();
    scrollTo(0, 0);
  }

  private render(): void {
    if (this.enrolling) {
      const done = (): void => this.show("record");
      fill(this.main, enrolScreen(this.session, this.enrolCode ?? "", done));
    } else {
      const screen = this[this.tab];
      screen.render();
      fill(this.main, screen.element);
    }
    this.update();
  }

  /** Redraws what the session's state shows in; forms under a person's fingers stay untouched. */
  private update(): void {
    this.renderHeader();
    this.renderStrip();
    this.renderTabs();
    if (!this.enrolling && this.tab !== "record") this[this.tab].render();
    const { fork, device } = this.session;
    if (fork && device && !this.alarmed) {
      this.alarmed = true;
      openAlarm(fork, device);
    }
  }

  private alarmed = false;

  private renderHeader(): void {
    const { device, online } = this.session;
    const swap = (): void => {
      setLanguage(language() === "zh" ? "en" : "zh");
      this.render();
    };
    const who = device
      ? h("div", { class: "who" }, h("b", {}, device.org_name || device.org), h("small", {}, device.dev))
      : h("div", { class: "who" }, h("b", {}, "一码溯源"), h("small", {}, t("手持端", "Handheld")));
    fill(
      this.header,
      who,
      h("span", { class: `net ${online ? "on" : "off"}` },
        icon("wifi"), online ? t("在线", "Online") : t("离线", "Offline")),
      h("button", { class: "language", type: "button", onclick: swap, lang: t("en", "zh-CN") },
        t("EN", "中文")),
    );
  }

  private renderStrip(): void {
    const { summary, fork, seen, device, doubt } = this.session;
    const { pending, oldest } = summary;
    this.strip.hidden = !device;
    if (fork) {
      this.strip.className = "strip bad";
      fill(this.strip, icon("alert"), t("账本分叉：已停止上传", "Ledger forked: sending stopped"));
    } else if (doubt) {
      this.strip.className = "strip bad";
      fill(this.strip, icon("alert"), `${t("账本未获证明：", "Ledger not proven: ")}${t(doubt.zh, doubt.en)}`);
    } else if (oldest) {
      const at = since(new Date(oldest));
      this.strip.className = "strip waiting";
      fill(this.strip, icon("clock"),
        t(`${pending} 条未上传，最早 ${at}`, `${pending} not sent, oldest ${at}`));
    } else {
      this.strip.className = "strip clear";
      fill(this.strip, icon("check"),
        t(`全部已上传 · 检查点 ${seen.n}`, `All sent · checkpoint ${seen.n}`));
    }
  }

  private renderTabs(): void {
    this.nav.hidden = !this.session.device;
    const { rounds } = this.session;
    const tabs = (Object.keys(TABS) as Tab[]).filter((tab) => tab !== "round" || rounds.length > 0);
    const drawn = `${tabs.join(" ")} ${t("zh", "en")}`;
    if (drawn !== this.drawnTabs) {
      this.drawnTabs = drawn;
      fill(this.nav, ...tabs.map((tab) => this.tabButton(tab)));
    }
    this.markTabs();
  }

  private tabButton(tab: Tab): HTMLElement {
    const { icon: name, zh, en } = TABS[tab];
    const dot = tab === "queue" && h("span", { class: "dot", hidden: true });
    return h("button", { type: "button", "data-tab": tab, onclick: () => this.show(tab) }, icon(name), big(zh, en), dot);
  }

  /** The buttons stay: one that is exchanged under a finger would not hear the tap. */
  private markTabs(): void {
    const { refused, pending } = this.session.summary;
    const alert = refused + pending;
    for (const button of this.nav.querySelectorAll<HTMLElement>("[data-tab]")) {
      if (button.dataset.tab === this.tab && !this.enrolling) button.setAttribute("aria-current", "page");
      else button.removeAttribute("aria-current");
    }
    const dot = this.nav.querySelector<HTMLElement>(".dot");
    if (!dot) return;
    dot.hidden = alert === 0;
    dot.classList.toggle("bad", refused > 0);
    dot.textContent = alert > 99 ? "99+" : String(alert);
  }
}
