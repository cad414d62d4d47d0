/** 账本分叉: the log signed two histories. It fills the screen, and never goes away quietly. */

import type { Device, Fork } from "../store/model";
import { big, download, h, icon } from "./dom";
import { signal } from "./feedback";
import { stamp, t } from "./i18n";

export function openAlarm(fork: Fork, device: Device): void {
  if (document.querySelector(".alarm-sheet")) return;
  const dialog = h("dialog", { class: "alarm-sheet", role: "alertdialog", "aria-label": "账本分叉" });
  const save = (): void => {
    const evidence = { kind: "waste-trace-fork", v: 1, dev: device.dev, log_vkey: device.log_vkey, ...fork };
    const text = `${JSON.stringify(evidence, null, 1)}\n`;
    download(`fork-${device.dev}.json`, new Blob([text], { type: "application/octet-stream" }));
  };
  const close = (): void => {
    dialog.close();
    dialog.remove();
  };
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.append(
    icon("alert"),
    h("h1", {}, "账本分叉"),
    h("p", { class: "en" }, "THE LEDGER HAS FORKED"),
    h("p", {}, t(
      "服务器签出了两份互相矛盾的历史。本机不再信任它，也不再上传。请立即导出证据，报告监管部门。",
      "The server signed two histories that cannot both be true. This device no longer trusts it and sends nothing. Export the evidence and report it to the regulator now.",
    )),
    h("p", { class: "when" }, stamp(new Date(fork.at))),
    h("button", { class: "primary", type: "button", onclick: save },
      icon("out"), big("导出证据", "Export the evidence")),
    h("button", { class: "secondary", type: "button", onclick: close },
      big("只在本机继续记录", "Go on recording locally")),
  );
  document.body.append(dialog);
  dialog.showModal();
  signal("bad");
}
