/** The working screen: choose what happens, scan, fill in, sign. */

import { isBad, type Scan } from "../core/token";
import { guardField } from "../scan/wedge";
import type { Session } from "../session";
import { Draft, type Added } from "./draft";
import { big, fill, h, icon } from "./dom";
import { field } from "./enrolScreen";
import { notify, signal, type Mood } from "./feedback";
import { other, t } from "./i18n";
import { type ListField, listField } from "./listField";
import { scanList, verdictText } from "./scanList";
import { closeSheets } from "./sheet";
import { openCamera, photoButton, typeButton, wedgeLine } from "./scanTools";

export class RecordScreen {
  readonly element = h("section", { class: "screen record" });
  readonly draft = new Draft();
  private readonly actions = h("div", { class: "actions" });
  private readonly tools = h("div", { class: "tools" });
  private readonly scans = h("div");
  private readonly form = h("div", { class: "form" });
  private readonly submit = h("div", { class: "submit" });
  private readonly lists = new Map<string, ListField>();
  private busy = false;
  private reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly session: Session,
    private readonly onEnrolCode: (code: string) => void,
  ) {
    this.element.append(this.actions, this.tools, this.scans, this.form, this.submit);
  }

  /** Draws everything anew; typed values live in the draft and are put back. */
  render(): void {
    this.renderActions();
    this.renderTools();
    this.renderScans();
    this.renderForm();
    this.renderSubmit();
  }

  /** Begins a record of this verb with values that are known already. */
  begin(typ: string, values: Readonly<Record<string, string>>): void {
    const { draft } = this;
    draft.action = this.session.device?.actions.find((action) => action.typ === typ);
    for (const [name, value] of Object.entries(values)) draft.values.set(name, value);
  }

  /** Labels take their places in the order in which they were scanned, however long each check takes. */
  readonly scanned = (text: string, target = ""): Promise<void> => {
    this.reading = this.reading.catch(() => undefined).then(() => this.take(text, target));
    return this.reading;
  };

  private async take(text: string, target: string): Promise<void> {
    const scan = await this.session.read(text);
    if (scan.kind === "enrol") return this.onEnrolCode(scan.code);
    if (scan.kind === "broken") {
      notify("warn", t("没有读完整", "Read in part only"), t("请再扫一次。", "Scan it again."));
      return;
    }
    const added = this.draft.add(scan, target);
    if (scan.kind === "other" && added !== "filled") {
      notify("warn", t("不认识这个码", "Not a code of ours"), scan.text.slice(0, 60));
      return;
    }
    this.announce(scan, added);
    this.renderScans();
    if (added === "filled") this.showValues();
    this.renderSubmit();
  }

  private announce(scan: Scan, added: Added): void {
    if (scan.kind === "container" && added !== "filled") {
      const mood: Mood =
        isBad(scan.verdict) ? "bad" : scan.verdict === "genuine" ? "good" : "warn";
      const tail = `…${scan.id.slice(-11)}`;
      if (added === "again" && mood !== "bad") notify("warn", t("已经扫过", "Already scanned"), tail);
      else if (mood === "good") signal("good");
      else notify(mood, verdictText(scan.verdict), tail);
    } else if (scan.kind === "place" && scan.verdict === "forged") {
      notify("bad", t("伪造的位置码", "Forged place code"), scan.code);
    } else if (added === "filled") {
      notify("good", t("已填入", "Filled in"));
    } else {
      notify("warn", t("当前动作不需要这个码", "This action does not need that code"));
    }
  }

  private renderActions(): void {
    const { draft } = this;
    const all = this.session.device?.actions ?? [];
    const choose = (typ: string | undefined): void => {
      draft.action = all.find((action) => action.typ === typ);
      draft.suggest("site", this.session.device?.site ?? "");
      this.render();
    };
    if (draft.action) {
      const { zh, en } = draft.action;
      fill(
        this.actions,
        h("button", { class: "chosen", type: "button", onclick: () => choose(undefined) },
          big(zh, en), h("span", { class: "change" }, t("更换", "Change"))),
      );
      return;
    }
    const buttons = all.map((action) =>
      h("button", {
        class: "action", type: "button", "data-typ": action.typ, onclick: () => choose(action.typ),
      }, big(action.zh, action.en)),
    );
    fill(
      this.actions,
      h("h2", {}, t("要做什么？", "What are you doing?")),
      h("div", { class: "grid" }, ...buttons),
    );
  }

  private renderTools(): void {
    const scanned = (text: string): void => void this.scanned(text);
    const camera = (): void =>
      openCamera(t("对准二维码", "Aim at the code"), scanned, () => this.list());
    fill(
      this.tools,
      h("button", { class: "scan-button", type: "button", onclick: camera },
        icon("scan"), big("扫码", "Scan")),
      h("div", { class: "pair" }, photoButton(scanned), typeButton(scanned)),
      wedgeLine(),
    );
  }

  private list(): HTMLElement {
    return scanList(this.draft, (id) => {
      this.draft.remove(id);
      this.renderScans();
      this.renderSubmit();
    });
  }

  private renderScans(): void {
    const show = this.draft.containers.length > 0 || this.draft.needsContainers;
    fill(this.scans, show && this.list());
    this.tools.classList.toggle("compact", this.draft.containers.length > 0);
  }

  private renderForm(): void {
    const { draft } = this;
    this.lists.clear();
    fill(this.form, ...draft.inputs.map((name) => {
      const { choices, list } = draft.input(name);
      if (list) return this.listField(name);
      return choices ? this.choiceField(name) : this.inputField(name);
    }));
  }

  private listField(name: string): HTMLElement {
    const scanned = (text: string): void => void this.scanned(text, name);
    const list = listField(this.draft, name, scanned, () => this.renderSubmit());
    this.lists.set(name, list);
    return list.element;
  }

  /** Puts scanned values into the fields that stand there: a person may be typing in another. */
  private showValues(): void {
    for (const name of this.draft.inputs) {
      const list = this.lists.get(name);
      if (list) {
        list.draw();
        continue;
      }
      const input = this.form.querySelector<HTMLInputElement>(`#in-${CSS.escape(name)}`);
      const value = this.draft.values.get(name) ?? "";
      if (!input || input.value === value) continue;
      input.value = value;
      input.removeAttribute("aria-invalid");
    }
  }

  private choiceField(name: string): HTMLElement {
    const { zh, en, choices, several } = this.draft.input(name);
    const chosen = this.draft.value(name)?.split(",").filter(Boolean) ?? [];
    const choose = (value: string): void => {
      const others = several ? chosen.filter((one) => one !== value) : [];
      const added = several && chosen.includes(value) ? [] : [value];
      this.draft.values.set(name, [...others, ...added].join(","));
      this.renderForm();
      this.renderSubmit();
    };
    const buttons = (choices ?? []).map((choice) =>
      h("button", {
        class: "secondary choice", type: "button", "data-value": choice.value,
        "aria-pressed": String(chosen.includes(choice.value)), onclick: () => choose(choice.value),
      }, big(choice.zh, choice.en)));
    const group = h("div", { class: "pair", role: "group", "aria-label": t(zh, en) }, ...buttons);
    return h("div", { class: "field" }, h("span", { class: "label" }, big(zh, en)), group);
  }

  private inputField(name: string): HTMLElement {
    const { zh, en, mode, hintZh, hintEn, located } = this.draft.input(name);
    const input = h("input", {
      id: `in-${name}`, type: "text", inputmode: mode, autocomplete: "off", spellcheck: "false",
      placeholder: t(hintZh, hintEn), enterkeyhint: "done",
    });
    input.value = this.draft.values.get(name) ?? "";
    const judge = (): void => {
      const value = this.draft.value(name);
      input.setAttribute("aria-invalid", String(input.value !== "" && value === null));
      if (value === null) return;
      // Show what will be signed, not what the input method made of it.
      input.value = value;
      this.draft.values.set(name, value);
    };
    input.addEventListener("input", () => {
      this.draft.values.set(name, input.value);
      input.removeAttribute("aria-invalid");
      this.renderSubmit();
    });
    input.addEventListener("change", judge);
    const scanned = (text: string): void => void this.scanned(text, name);
    guardField(input, scanned);
    const scan = h("button", {
      class: "icon-button", type: "button", "aria-label": `${t("扫码填入", "Scan for")} ${t(zh, en)}`,
      onclick: () => openCamera(t(zh, en), (text) => {
        closeSheets();
        scanned(text);
      }),
    }, icon("scan"));
    const line = h("div", { class: "with-button" }, input, mode !== "decimal" && scan);
    return field(`in-${name}`, zh, en, located ? h("div", {}, line, this.locateButton()) : line);
  }

  /** Asks the device where it is; the person sees the figures before signing. */
  private locateButton(): HTMLElement {
    const found = ({ latitude, longitude }: GeolocationCoordinates): void => {
      this.draft.values.set("latitude", String(Number(latitude.toFixed(6))));
      this.draft.values.set("longitude", String(Number(longitude.toFixed(6))));
      this.showValues();
      this.renderSubmit();
    };
    const failed = (): void => notify("warn", t("没有取到位置", "No position"),
      t("请允许定位，或手工填写。", "Allow the position, or type it."));
    return h("button", {
      class: "secondary", type: "button", "data-locate": true,
      onclick: () => navigator.geolocation.getCurrentPosition(({ coords }) => found(coords), failed,
        { enableHighAccuracy: true, timeout: 20_000, maximumAge: 60_000 }),
    }, big("取当前位置", "Where I am"));
  }

  private renderSubmit(): void {
    const { draft } = this;
    if (!draft.action) return fill(this.submit);
    const missing = draft.missing;
    const ready = missing.length === 0 && !draft.blockedBy && !this.busy;
    const count = draft.containers.length;
    const button = h(
      "button",
      { class: "primary", type: "button", disabled: !ready, onclick: () => void this.sign() },
      icon("pen"),
      h("span", { class: "bi" },
        h("b", {}, t("签名并记录", "Sign and record"), count > 0 && ` · ${count}`),
        h("small", {}, other("签名并记录", "Sign and record"))),
    );
    fill(this.submit, !ready && h("p", { class: "hint" }, this.advice(missing)), button);
  }

  private advice(missing: readonly string[]): string {
    const { blockedBy } = this.draft;
    if (blockedBy === "forged") return t("请先移除伪码", "Remove the forged label first");
    if (blockedBy) return t("请先移除已失效的标签", "Remove the withdrawn label first");
    if (missing[0] === "containers") return t("请先扫容器", "Scan a container first");
    const names = missing.map((name) => t(this.draft.input(name).zh, this.draft.input(name).en));
    return names.length ? `${t("还需要：", "Still needed: ")}${names.join("、")}` : "";
  }

  private async judgeAgain(): Promise<void> {
    const { draft } = this;
    draft.containers = await Promise.all(draft.containers.map(async (container) => {
      const scan = container.token ? await this.session.read(container.token) : container;
      return scan.kind === "container" ? scan : container;
    }));
  }

  private async sign(): Promise<void> {
    const { action } = this.draft;
    if (!action || this.busy) return;
    this.busy = true;
    this.renderSubmit();
    try {
      // A label may have been withdrawn since it was scanned.
      await this.judgeAgain();
      if (this.draft.blockedBy) return;
      const entry = await this.session.record({
        typ: action.typ, body: this.draft.body(), site: this.draft.site,
      });
      this.draft.next();
      notify("good", t("已签名并存入队列", "Signed and queued"), `${t(action.zh, action.en)} · #${entry.seq}`);
    } catch (error) {
      notify("bad", t("没有记录成功", "Not recorded"), String(error));
    } finally {
      this.busy = false;
      this.render();
    }
  }
}
