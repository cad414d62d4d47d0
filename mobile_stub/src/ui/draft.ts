/** The record being prepared: what was scanned, what was typed, and what is still missing. */

import {
  isManifestNumber,
  isPlate,
  parseDigitalId,
  plateFromSpelling,
  usccIsValid,
  weightKg,
} from "../core/codes";
import type { Json } from "../core/canonical";
import { cleanScan, isBad, type Scan } from "../core/token";
import type { Action } from "../store/model";

export type Container = Extract<Scan, { kind: "container" }>;

export interface Input {
  readonly zh: string;
  readonly en: string;
  readonly hintZh: string;
  readonly hintEn: string;
  readonly mode: "decimal" | "numeric" | "text";
  /** The value as it is signed; null if it cannot be. */
  read(text: string): string | null;
  /** Stays for the next record: a lorry is loaded with many drums. */
  readonly stays: boolean;
  /** The only values that there are; the person taps one. */
  readonly choices?: readonly { readonly value: string; readonly zh: string; readonly en: string }[];
  /** The value is a whole number in the event, not a text. */
  readonly whole?: boolean;
}

const filled = (text: string): string | null => text || null;
const upper = (text: string): string => text.replace(/\s/g, "").toUpperCase();
const uscc = (text: string): string | null => (usccIsValid(upper(text)) ? upper(text) : null);

const INPUTS: Record<string, Input> = {
  weight_kg: {
    zh: "重量（千克）", en: "Weight (kg)", mode: "decimal", stays: false, read: weightKg,
    hintZh: "例如 182.5，最多三位小数", hintEn: "For example 182.5, up to three decimals",
  },
  manifest: {
    zh: "联单编号", en: "Manifest number", mode: "numeric", stays: true,
    read: (text) => (isManifestNumber(upper(text)) ? upper(text) : null),
    hintZh: "14 位数字，可扫码", hintEn: "14 digits; may be scanned",
  },
  vehicle_plate: {
    zh: "车牌号", en: "Vehicle plate", mode: "text", stays: true,
    read: (text) => (isPlate(upper(text)) ? upper(text) : null),
    hintZh: "例如 浙F12345，可扫车辆码", hintEn: "For example 浙F12345; may be scanned",
  },
  to_org: {
    zh: "接收单位代码", en: "Receiving organisation", mode: "text", stays: true,
    read: uscc,
    hintZh: "18 位统一社会信用代码", hintEn: "18-character unified social credit code",
  },
  site: {
    zh: "场所编码", en: "Site code", mode: "text", stays: true, read: filled,
    hintZh: "可扫场所码", hintEn: "May be scanned",
  },
  batch: {
    zh: "产生批次编码", en: "Batch code", mode: "text", stays: true,
    read: (text) => (/^HW\w{8,40}$/.test(upper(text)) ? upper(text) : null),
    hintZh: "HW 开头，可扫码", hintEn: "Starts with HW; may be scanned",
  },
  from_org: {
    zh: "来源单位代码", en: "From organisation", mode: "text", stays: true, read: uscc,
    hintZh: "18 位统一社会信用代码", hintEn: "18-character unified social credit code",
  },
  into: {
    zh: "并入容器", en: "Into container", mode: "text", stays: true,
    read: (text) => (parseDigitalId(upper(text)) ? upper(text) : null),
    hintZh: "扫目标容器的标签", hintEn: "Scan the label of the target container",
  },
  method: {
    zh: "利用处置方式代码", en: "Method code", mode: "text", stays: true,
    read: (text) => (/^[A-Z]\d{1,2}(-\d)?$/.test(upper(text)) ? upper(text) : null),
    hintZh: "例如 R9、D10", hintEn: "For example R9, D10",
  },
  // What counts as a reason differs from action to action, so these are one action's own.
  "void_label.reason": {
    zh: "作废原因", en: "Why it is void", mode: "text", stays: false,
    read: (text) => (text === "void" || text === "lost" ? text : null), hintZh: "", hintEn: "",
    choices: [
      { value: "void", zh: "没有用上", en: "Never used" },
      { value: "lost", zh: "空白标签遗失", en: "Blank label lost" },
    ],
  },
  "bind_mark.mark": {
    zh: "远距标号", en: "Far mark number", mode: "numeric", stays: false, whole: true,
    read: (text) => (/^\d{1,3}$/.test(text) && Number(text) <= 586 ? String(Number(text)) : null),
    hintZh: "0 到 586，印在标上", hintEn: "0 to 586, printed on the mark",
  },
  place: {
    zh: "位置码", en: "Place code", mode: "text", stays: false, read: filled,
    hintZh: "扫货位、磅秤或设施上的码", hintEn: "Scan the code on the shelf, scale or facility",
  },
};

/** A server newer than this page may ask for an input that we do not know: plain text then. */
export function inputFor(name: string, typ = ""): Input {
  return (
    INPUTS[`${typ}.${name}`] ?? INPUTS[name] ?? {
      zh: name, en: name, mode: "text", stays: false, read: filled, hintZh: "", hintEn: "",
    }
  );
}

export type Added = "added" | "again" | "replaced" | "filled" | "not-needed";

export class Draft {
  action: Action | undefined;
  containers: Container[] = [];
  readonly values = new Map<string, string>();

  get inputs(): readonly string[] {
    return this.action?.needs.filter((need) => need !== "containers") ?? [];
  }

  get needsContainers(): boolean {
    return this.action?.needs.includes("containers") ?? false;
  }

  /** `target`: the input that the person is at, which takes what fits it. */
  add(scan: Scan, target = ""): Added {
    if (scan.kind === "container") {
      const wanted = target === "into" && !isBad(scan.verdict);
      return wanted ? this.put("into", scan.id) : this.addContainer(scan);
    }
    if (scan.kind === "manifest") return this.put("manifest", scan.number);
    if (scan.kind === "other") return this.addOther(scan.text, target);
    if (scan.kind !== "place" || scan.verdict === "forged") return "not-needed";
    const plate = scan.of === "VEHICLE" ? plateFromSpelling(scan.code) : null;
    if (plate) return this.put("vehicle_plate", plate);
    if (scan.of === "SITE" && this.put("site", scan.code) === "filled") return "filled";
    return this.put("place", scan.token);
  }

  /** A value that is right most of the time; the person may change it. */
  suggest(name: string, value: string): void {
    if (this.inputs.includes(name) && !this.values.get(name)) this.values.set(name, value);
  }

  private addOther(text: string, target: string): Added {
    if (/^HW\w{8,}$/i.test(text) && this.inputs.includes("batch")) return this.put("batch", text);
    const fits = target !== "" && this.input(target).read(text) !== null;
    return fits ? this.put(target, text) : "not-needed";
  }

  private put(name: string, value: string): Added {
    if (!this.inputs.includes(name)) return "not-needed";
    this.values.set(name, value);
    return "filled";
  }

  /** One container counts once; a signed label replaces a typed code, a newer label an older. */
  private addContainer(scan: Container): Added {
    const at = this.containers.findIndex((known) => known.id === scan.id);
    const known = this.containers[at];
    if (!known) {
      this.containers.unshift(scan);
      return "added";
    }
    const better =
      !isBad(scan.verdict) &&
      ((known.token === "" && scan.token !== "") || scan.rotation > known.rotation);
    if (better) this.containers[at] = scan;
    return better ? "replaced" : "again";
  }

  remove(id: string): void {
    this.containers = this.containers.filter((container) => container.id !== id);
  }

  /** The verdict for which nothing may be signed, the worst first. */
  get blockedBy(): "forged" | "withdrawn" | undefined {
    const has = (verdict: string): boolean => this.containers.some((c) => c.verdict === verdict);
    return has("forged") ? "forged" : has("withdrawn") ? "withdrawn" : undefined;
  }

  /** The input of this name in the chosen action. */
  input(name: string): Input {
    return inputFor(name, this.action?.typ);
  }

  value(name: string): string | null {
    return this.input(name).read(cleanScan(this.values.get(name) ?? ""));
  }

  /** Names of what is missing or wrong, in the order of the form. */
  get missing(): string[] {
    const wrong = this.inputs.filter((name) => this.value(name) === null);
    return this.needsContainers && this.containers.length === 0 ? ["containers", ...wrong] : wrong;
  }

  body(): { [key: string]: Json } {
    const body: { [key: string]: Json } = {
      containers: this.containers.map((container) => container.id),
      labels: this.containers.map((container) => container.token).filter((token) => token !== ""),
    };
    for (const name of this.inputs) {
      const value = this.value(name) ?? "";
      if (name !== "site") body[name] = this.input(name).whole ? Number(value) : value;
    }
    return body;
  }

  /** The store that the event is about stands in its header, not in its body. */
  get site(): string | undefined {
    return this.inputs.includes("site") ? (this.value("site") ?? undefined) : undefined;
  }

  /** After signing: containers go, and what belongs to this one record; the rest stays. */
  next(): void {
    this.containers = [];
    for (const name of [...this.values.keys()]) {
      if (!this.input(name).stays) this.values.delete(name);
    }
  }
}
