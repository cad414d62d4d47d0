/** The four ways in: camera, photo, typing, and the keyboard wedge that is always listening. */

import { Camera, decoder } from "../scan/camera";
import { keepFocused, Wedge } from "../scan/wedge";
import { big, fill, h, icon } from "./dom";
import { notify } from "./feedback";
import { t } from "./i18n";
import { openSheet, sheetIsOpen } from "./sheet";

export type OnScan = (text: string) => void;

/** The hidden input of the wedge, and the line that says whether it is listening. */
export function wedgeSink(onScan: OnScan, active: () => boolean): HTMLElement {
  const sink = h("input", {
    class: "wedge-sink",
    type: "text",
    inputmode: "none",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    lang: "en",
    id: "wedge",
    "aria-label": t("扫码枪输入", "Scanner input"),
  });
  new Wedge(sink, onScan);
  keepFocused(sink, () => active() && !sheetIsOpen());
  return sink;
}

export function wedgeLine(): HTMLElement {
  const wake = (): void => document.getElementById("wedge")?.focus({ preventScroll: true });
  return h(
    "button",
    { class: "wedge-line", type: "button", onclick: wake },
    h("span", { class: "lamp" }),
    h("span", { class: "when-on" }, t("扫码枪就绪", "Scanner ready")),
    h("span", { class: "when-off" }, t("点此启用扫码枪", "Tap to use the scanner")),
  );
}

export function openCamera(title: string, onScan: OnScan, log?: () => HTMLElement): void {
  const video = h("video", { playsinline: true, muted: true });
  // Autoplay policies look at the property, which the attribute does not set after creation.
  video.muted = true;
  const camera = new Camera(video, (text) => {
    onScan(text);
    refresh();
  });
  const list = h("div", { class: "camera-log" });
  const sheet = openSheet(title, "camera", () => camera.stop());
  const refresh = (): void => {
    if (log) setTimeout(() => fill(list, log()), 80);
  };
  const done = h(
    "button",
    { class: "primary", type: "button", onclick: () => sheet.close() },
    icon("check"),
    big("完成", "Done"),
  );
  const view = h("div", { class: "view" }, video, h("div", { class: "aim" }));
  sheet.body.append(view, list, done);
  refresh();
  camera.start().then(() => camera.hasTorch && view.append(torchButton(camera)), (error: unknown) => {
    sheet.close();
    notify("bad", t("打不开相机", "Cannot open the camera"), explain(error));
  });
}

function torchButton(camera: Camera): HTMLElement {
  let on = false;
  const toggle = (): void => {
    on = !on;
    void camera.torch(on);
  };
  const label = t("补光灯", "Torch");
  return h(
    "button",
    { class: "icon-button torch", type: "button", "aria-label": label, onclick: toggle },
    icon("torch"),
  );
}

function explain(error: unknown): string {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError") {
    return t("请在浏览器设置里允许使用相机，或改用“拍照”。", "Allow the camera in the settings, or use Photo.");
  }
  if (name === "NotFoundError") {
    return t("没有找到相机；请用扫码枪、拍照或手输。", "No camera found; use the scanner, Photo or Type.");
  }
  return t("请改用拍照或手输。", "Use Photo or Type instead.");
}

/** The system's own camera application: it focuses well, and needs no permission from us. */
export function photoButton(onScan: OnScan): HTMLElement {
  const input = h("input", {
    type: "file",
    accept: "image/*",
    capture: "environment",
    class: "visually-hidden",
    "aria-label": t("拍照识别", "Read a photo"),
    tabindex: "-1",
  });
  input.addEventListener("change", async () => {
    const file = input.files?.[0];
    input.value = "";
    if (file) await readPhoto(file, onScan);
  });
  const open = (): void => input.click();
  return h(
    "button",
    { class: "secondary", type: "button", onclick: open },
    icon("photo"),
    big("拍照", "Photo"),
    input,
  );
}

async function readPhoto(file: File, onScan: OnScan): Promise<void> {
  const texts = await decoder().still(file).catch(() => []);
  if (texts.length === 0) {
    notify("warn", t("照片里没有读到二维码", "No code found in the photo"),
      t("请靠近、对焦、避开反光后再拍。", "Move closer, focus, avoid glare, and try again."));
  }
  texts.forEach(onScan);
}

export function typeButton(onScan: OnScan): HTMLElement {
  return h(
    "button",
    { class: "secondary", type: "button", onclick: () => openTyping(onScan) },
    icon("type"),
    big("手输", "Type"),
  );
}

function openTyping(onScan: OnScan): void {
  const sheet = openSheet(t("手工输入编码", "Type a code"), "low");
  const field = h("input", {
    type: "text",
    id: "typed-code",
    autocomplete: "off",
    autocapitalize: "characters",
    spellcheck: "false",
    "aria-label": t("编码", "Code"),
  });
  const submit = (event: Event): void => {
    event.preventDefault();
    if (!field.value.trim()) return;
    sheet.close();
    onScan(field.value);
  };
  const hint = t("37 位数字识别码，或 14 位联单编号", "37-character digital id, or 14-digit manifest number");
  sheet.body.append(
    h(
      "form",
      { onsubmit: submit },
      h("p", { class: "hint" }, hint),
      field,
      h("button", { class: "primary", type: "submit" }, icon("check"), big("确定", "Enter")),
    ),
  );
  field.focus();
}
