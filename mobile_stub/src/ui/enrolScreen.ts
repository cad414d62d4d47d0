/** First screen of a new handheld: a one-time code makes it a device of an organisation. */

import { Distrust } from "../core/distrust";
import { cleanScan, readScan } from "../core/token";
import type { Session } from "../session";
import { Refused, Unreachable } from "../store/problem";
import { big, fill, h, icon } from "./dom";
import { notify } from "./feedback";
import { language, t } from "./i18n";
import { openCamera } from "./scanTools";
import { closeSheets } from "./sheet";

/** `onDone` is called once the device is enrolled. */
export function enrolScreen(session: Session, code: string, onDone: () => void): HTMLElement {
  const codeField = textField("enrol-code", code);
  const nameField = textField("enrol-name", defaultName());
  const message = h("div", { class: "message", role: "alert" });
  const button = h(
    "button", { class: "primary", type: "submit" }, icon("shield"), big("登记本机", "Enrol this device"),
  );
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const scan = await readScan(codeField.value, {});
    const oneTime = scan.kind === "enrol" ? scan.code : cleanScan(codeField.value);
    if (!oneTime) return codeField.focus();
    button.disabled = true;
    fill(message);
    try {
      await session.enrol(oneTime, nameField.value.trim() || defaultName());
      notify("good", t("登记成功", "Enrolled"), session.device?.org_name ?? "");
      onDone();
    } catch (error) {
      fill(message, ...explain(error));
    } finally {
      button.disabled = false;
    }
  };
  const scan = (): void =>
    openCamera(t("扫登记码", "Scan the enrolment code"), async (text) => {
      const found = await readScan(text, {});
      codeField.value = found.kind === "enrol" ? found.code : cleanScan(text);
      closeSheets();
    });
  return h(
    "section",
    { class: "screen enrol" },
    h("div", { class: "hero" }, icon("shield"),
      h("h1", {}, t("登记手持机", "Enrol this handheld")),
      h("p", {}, t("密钥在本机生成，无法导出；登记后断网也能记录。",
        "The key is made here and cannot be exported; recording works without a network."))),
    h("form", { onsubmit: (event) => void submit(event) },
      field("enrol-code", "一次性登记码", "One-time code", codeField),
      h("button", { class: "secondary wide", type: "button", onclick: scan },
        icon("scan"), big("扫登记码", "Scan the code")),
      field("enrol-name", "设备名称", "Device name", nameField),
      message,
      button),
  );
}

function textField(id: string, value: string): HTMLInputElement {
  const field = h("input", { id, type: "text", autocomplete: "off", spellcheck: "false" });
  field.value = value;
  return field;
}

export function field(id: string, zh: string, en: string, input: HTMLElement): HTMLElement {
  return h("div", { class: "field" }, h("label", { for: id }, big(zh, en)), input);
}

function defaultName(): string {
  return /Android/.test(navigator.userAgent) ? "手持机" : "电脑浏览器";
}

function explain(error: unknown): (string | Node)[] {
  const lines = (zh: string, en: string, doZh: string, doEn: string): Node[] => [
    h("b", {}, t(zh, en)), h("p", {}, t(doZh, doEn)),
  ];
  if (error instanceof Refused) {
    const { zh, en, do_zh, do_en } = error.refusal;
    return lines(zh, en, do_zh, do_en);
  }
  if (error instanceof Unreachable) {
    return lines("连不上服务器。", "Cannot reach the server.",
      "登记需要网络，请检查后重试。", "Enrolment needs the network; check it and try again.");
  }
  if (error instanceof Distrust) {
    return lines(`登记不可信：${error.zh}。`, `The enrolment proves nothing: ${error.en}.`,
      "不要使用这台服务器，请报告管理员。", "Do not use this server; tell the administrator.");
  }
  const reason = error instanceof Error ? error.message : String(error);
  return lines("登记没有完成。", "Enrolment did not complete.",
    `请把这句话告诉管理员：${reason}`, `Tell the administrator: ${reason}`);
}

/** The name of an event in the chosen language, as the server taught us at enrolment. */
export function actionName(session: Session, typ: string): string {
  const action = session.device?.actions.find((candidate) => candidate.typ === typ);
  return action ? (language() === "zh" ? action.zh : action.en) : typ;
}
