/** A sheet over the page: one question or one tool at a time, with a big way out. */

import { h, icon } from "./dom";
import { t } from "./i18n";

export interface Sheet {
  readonly body: HTMLElement;
  close(): void;
}

/** True while a sheet is open: the scanner sink must then leave the focus alone. */
export function sheetIsOpen(): boolean {
  return document.querySelector("dialog[open]") !== null;
}

export function closeSheets(): void {
  document.querySelectorAll("dialog.sheet[open]").forEach((open) =>
    open.dispatchEvent(new Event("cancel", { cancelable: true })),
  );
}

export function openSheet(title: string, style: string, onClose?: () => void): Sheet {
  const body = h("div", { class: "sheet-body" });
  const dialog = h("dialog", { class: `sheet ${style}`, "aria-label": title });
  const close = (): void => {
    if (!dialog.isConnected) return;
    dialog.close();
    dialog.remove();
    onClose?.();
  };
  const exit = h(
    "button",
    { class: "icon-button", type: "button", "aria-label": t("关闭", "Close"), onclick: close },
    icon("cross"),
  );
  dialog.append(h("header", {}, h("h2", {}, title), exit), body);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    close();
  });
  document.body.append(dialog);
  dialog.showModal();
  return { body, close };
}
