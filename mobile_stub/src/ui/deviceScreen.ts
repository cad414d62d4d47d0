/** Who this handheld is and what it trusts. */

import { fromBase64 } from "../core/bytes";
import { keyFingerprint } from "../core/signatures";
import type { Session } from "../session";
import type { Person } from "../store/model";
import { isDriver } from "../store/person";
import { big, fill, h, icon } from "./dom";
import { field } from "./enrolScreen";
import { notify } from "./feedback";
import { t } from "./i18n";

/** Chrome's event that lets a page offer its own installation. */
export interface InstallPrompt extends Event {
  prompt(): Promise<void>;
}

export class DeviceScreen {
  readonly element = h("section", { class: "screen device" });
  install: InstallPrompt | undefined;
  private named = { pub: "", fingerprint: "" };
  private typed: Person | undefined;

  constructor(
    private readonly session: Session,
    private readonly onEnrolAgain: () => void,
  ) {}

  render(): void {
    const { device, seen } = this.session;
    // Nothing is drawn anew under the fingers of somebody who types.
    if (!device || this.element.querySelector("input:focus")) return;
    if (this.named.pub !== device.key.pub) void this.nameKey(device.key.pub);
    const algorithm = device.key.alg === "ed25519" ? "Ed25519" : "ECDSA P-256";
    const rows: [string, string][] = [
      [t("设备编号", "Device id"), `${device.dev} / ${device.ep}`],
      [t("设备名称", "Name"), device.name],
      [t("单位", "Organisation"), `${device.org_name}\n${device.org}`],
      [t("场所", "Site"), device.site || "—"],
      [t("人员代号", "Person"), device.act || "—"],
      [t("密钥", "Key"), `${algorithm} · ${this.named.fingerprint}\n${t("不可导出", "not extractable")}`],
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
    fill(this.element, list, this.personForm(), this.rotateButton(), this.installButton(), again);
  }

  /** Name and telephone stand in no event: only salted digests do, and the plaintext can be erased. */
  private personForm(): HTMLElement {
    const { device } = this.session;
    const person = this.typed ?? this.session.person;
    const driver = device !== undefined && isDriver(device);
    const input = (id: string, value: string, mode: string): HTMLInputElement => {
      const element = h("input", { id, type: "text", inputmode: mode, autocomplete: "off", maxlength: "60" });
      element.value = value;
      return element;
    };
    const name = input("person-name", person.name, "text");
    const phone = input("person-phone", person.phone, "tel");
    const type = (): void => {
      this.typed = { name: name.value, phone: phone.value };
    };
    name.addEventListener("input", type);
    phone.addEventListener("input", type);
    const keep = (): void => {
      const given = { name: name.value, phone: phone.value };
      this.typed = undefined;
      void this.session.keepPerson(given).then(() =>
        notify("good", t("已保存在本机", "Kept on this device")));
    };
    return h("div", { class: "form" },
      field("person-name", driver ? "驾驶员姓名" : "经办人姓名", driver ? "Driver" : "Handler", name),
      field("person-phone", "联系电话", "Telephone", phone),
      h("p", { class: "hint" }, t("随事件单独提交，可依法删除；台账中只有加盐摘要。",
        "Sent beside events and erasable; the ledger holds salted digests only.")),
      h("button", { class: "secondary wide", type: "button", onclick: keep },
        icon("pen"), big("保存经办信息", "Keep these")));
  }

  private rotateButton(): HTMLElement {
    const { session } = this;
    const change = (): void => {
      session.rotate().catch((error: unknown) =>
        notify("bad", t("没有更换成功", "Not replaced"), String(error)));
    };
    const disabled = session.rotating || !session.online;
    return h("button", { class: "secondary wide", type: "button", disabled, onclick: change },
      icon("shield"), session.rotating
        ? big("正在更换密钥，等待回执", "New key: waiting for the receipt")
        : big("更换密钥", "Replace the key"));
  }

  private installButton(): HTMLElement | null {
    const { install } = this;
    if (!install) return null;
    const ask = (): void => void install.prompt();
    return h("button", { class: "primary", type: "button", onclick: ask },
      icon("device"), big("安装到桌面", "Install on this device"));
  }

  private async nameKey(pub: string): Promise<void> {
    this.named = { pub, fingerprint: await keyFingerprint(fromBase64(pub)) };
    this.render();
  }
}
