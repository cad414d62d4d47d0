/** Who this handheld is and what it trusts. */

import { fromBase64 } from "../core/bytes";
import { keyFingerprint } from "../core/signatures";
import type { Session } from "../session";
import { big, fill, h, icon } from "./dom";
import { t } from "./i18n";

/** Chrome's event that lets a page offer its own installation. */
export interface InstallPrompt extends Event {
  prompt(): Promise<void>;
}

export class DeviceScreen {
  readonly element = h("section", { class: "screen device" });
  install: InstallPrompt | undefined;
  private fingerprint = "";

  constructor(
    private readonly session: Session,
    private readonly onEnrolAgain: () => void,
  ) {}

  render(): void {
    const { device, seen } = this.session;
    if (!device) return;
    if (!this.fingerprint) void this.nameKey(device.key.pub);
    const algorithm = device.key.alg === "ed25519" ? "Ed25519" : "ECDSA P-256";
    const rows: [string, string][] = [
      [t("设备编号", "Device id"), `${device.dev} / ${device.ep}`],
      [t("设备名称", "Name"), device.name],
      [t("单位", "Organisation"), `${device.org_name}\n${device.org}`],
      [t("场所", "Site"), device.site || "—"],
      [t("人员代号", "Person"), device.act || "—"],
      [t("密钥", "Key"), `${algorithm} · ${this.fingerprint}\n${t("不可导出", "not extractable")}`],
      [t("账本", "Ledger"), device.origin],
      [t("最新检查点", "Newest checkpoint"), `${seen.n} · ${seen.root.slice(0, 16)}…`],
      [t("断网打开", "Opens offline"), navigator.serviceWorker?.controller
        ? t("可以", "yes")
        : t("尚不可以：请刷新一次；仍不行请检查证书", "not yet: reload once; else check the certificate")],
      [t("本机存储", "Storage"), this.session.persistent
        ? t("持久", "persistent")
        : t("尽力保存：请安装到桌面，并及时上传", "best effort: install the page and send soon")],
    ];
    const list = h("dl", {}, ...rows.flatMap(([name, value]) => [
      h("dt", {}, name), h("dd", {}, value),
    ]));
    const again = h("button", { class: "secondary wide", type: "button", onclick: this.onEnrolAgain },
      icon("shield"), big("用新登记码重新登记", "Enrol again with a new code"));
    fill(this.element, list, this.installButton(), again);
  }

  private installButton(): HTMLElement | null {
    const { install } = this;
    if (!install) return null;
    const ask = (): void => void install.prompt();
    return h("button", { class: "primary", type: "button", onclick: ask },
      icon("device"), big("安装到桌面", "Install on this device"));
  }

  private async nameKey(pub: string): Promise<void> {
    this.fingerprint = await keyFingerprint(fromBase64(pub));
    this.render();
  }
}
