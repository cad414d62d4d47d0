/** Opens the stored state, shows the page, and keeps it working without a network. */

import { Session } from "./session";
import { App } from "./ui/app";
import { big, h, icon } from "./ui/dom";
import "./ui/style.css";

declare global {
  interface Window {
    /** For a native shell around this page: hands over what its scanner engine read. */
    hwScan?: (text: string) => void;
  }
}

function offerUpdate(waiting: ServiceWorker): void {
  if (document.querySelector(".update")) return;
  const accept = (): void => waiting.postMessage("take-over");
  document.body.append(
    h("button", { class: "update", type: "button", onclick: accept },
      icon("up"), big("新版本已就绪，点此更新", "New version ready: tap to update")),
  );
}

async function registerWorker(): Promise<void> {
  if (!("serviceWorker" in navigator) || !import.meta.env.PROD) return;
  const controlled = navigator.serviceWorker.controller !== null;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (controlled) location.reload();
  });
  // Refused for an untrusted certificate, for one: the page then works, but only online.
  const registration = await navigator.serviceWorker
    .register("/handheld/sw.js")
    .catch(() => undefined);
  if (!registration) return;
  const watch = (): void => {
    const { waiting } = registration;
    if (waiting && navigator.serviceWorker.controller) offerUpdate(waiting);
  };
  watch();
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", watch);
  });
}

async function start(): Promise<void> {
  const root = document.getElementById("app");
  if (!root) return;
  if (!isSecureContext || !crypto.subtle) {
    root.append(h("p", { class: "fatal" },
      "此页面需要 HTTPS：没有它就没有密钥、相机和离线。This page needs HTTPS: no keys, camera or offline use without it."));
    return;
  }
  const session = await Session.open();
  const app = new App(session, root);
  app.start();
  window.hwScan = (text) => app.scanned(text);
  session.keepSyncing();
  await registerWorker();
}

void start();
