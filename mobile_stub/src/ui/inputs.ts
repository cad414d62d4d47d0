/** What a form may ask for, by the names of the event's fields. */

import type { Json } from "../core/canonical";
import { isManifestNumber, isPlate, parseDigitalId, usccIsValid, weightKg } from "../core/codes";
import { readPortions } from "./portions";

export interface Choice {
  readonly value: string;
  readonly zh: string;
  readonly en: string;
}

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
  readonly choices?: readonly Choice[];
  /** Several of the choices may hold at once; the value lists them with commas. */
  readonly several?: boolean;
  /** Other containers than those that the record is about, scanned one by one; each with what it
   * holds (`portions`) or alone. */
  readonly list?: "containers" | "portions";
  /** It may stay empty; then the event does not say it. */
  readonly optional?: boolean;
  /** The device can fill it in itself. */
  readonly located?: boolean;
  /** It is asked for only while another input has this value. */
  readonly when?: { readonly name: string; readonly value: string };
  /** The value in the event, where it is not the text itself. */
  json?(value: string): Json;
}

const filled = (text: string): string | null => text || null;
const upper = (text: string): string => text.replace(/\s/g, "").toUpperCase();
const pseudonym = (text: string): string | null => (/^[\w.-]{0,64}$/.test(text.trim()) ? text.trim() : null);
const uscc = (text: string): string | null => (usccIsValid(upper(text)) ? upper(text) : null);

const optional = (input: Input): Input => ({
  ...input, optional: true, read: (text) => (text ? input.read(text) : ""),
});
/** With its hyphens: 90009903 and 900-099-S03 are read alike. */
const wasteCode = (text: string): string | null => {
  const parts = /^(\d{3})-?(\d{3})-?(S?\d{2})$/.exec(upper(text));
  return parts && parts.slice(1).join("-");
};

const codeList = (text: string): string | null => {
  const codes = text.split("\n").filter((code) => code);
  return codes.length && codes.every((code) => parseDigitalId(code)) ? codes.join("\n") : null;
};
const portions = (zh: string, en: string): Input => ({
  zh, en, mode: "text", stays: false, list: "portions",
  read: (text) => (readPortions(text) ? text : null),
  json: (value) => (readPortions(value) ?? []).map(({ container, weight_kg }) => ({ container, weight_kg })),
  hintZh: "扫新容器的标签", hintEn: "Scan the label of the new container",
});
const choice = (choices: readonly Choice[]) => (text: string): string | null =>
  choices.some(({ value }) => value === text) ? text : null;
const someOf = (choices: readonly Choice[]) => (text: string): string | null => {
  const chosen = text.split(",").filter((one) => choices.some(({ value }) => value === one));
  return chosen.length ? chosen.join(",") : null;
};
const degrees = (most: number) => (text: string): string | null =>
  /^-?\d{1,3}(\.\d{1,6})?$/.test(text) && Math.abs(Number(text)) <= most ? String(Number(text)) : null;
const day = (text: string): string | null => {
  const at = new Date(`${text}T00:00:00Z`);
  return /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(at.getTime()) &&
    at.toISOString().startsWith(text) ? text : null;
};

/** What may differ from the manifest (转移管理办法 art. 18). */
const DIFFERENCES: readonly Choice[] = [
  { value: "name", zh: "名称不符", en: "Name" },
  { value: "quantity", zh: "数量不符", en: "Quantity" },
  { value: "property", zh: "特性不符", en: "Property" },
  { value: "form", zh: "形态不符", en: "Form" },
  { value: "packaging", zh: "包装不符", en: "Packaging" },
  { value: "other", zh: "其他", en: "Other" },
];
const CONDITIONS: readonly Choice[] = [
  { value: "sound", zh: "完好", en: "Sound" },
  { value: "leaking", zh: "泄漏", en: "Leaking" },
  { value: "damaged", zh: "破损", en: "Damaged" },
  { value: "unlabelled", zh: "无标签", en: "No label" },
  { value: "unreadable", zh: "标签不清", en: "Label unreadable" },
  { value: "other", zh: "其他", en: "Other" },
];
const LOSSES: readonly Choice[] = [
  { value: "spilled", zh: "洒漏", en: "Spilled" },
  { value: "evaporated", zh: "挥发", en: "Evaporated" },
  { value: "stolen", zh: "被盗", en: "Stolen" },
  { value: "lost", zh: "遗失", en: "Lost" },
  { value: "wrong_record", zh: "误记", en: "Wrong record" },
];
const OUTCOMES: readonly Choice[] = [
  { value: "absent", zh: "无人", en: "Nobody there" },
  { value: "nothing", zh: "无废物", en: "Nothing to collect" },
  { value: "refused", zh: "未收", en: "Refused" },
];
const REFUSALS: readonly Choice[] = [
  { value: "unlabelled", zh: "无标签", en: "No label" },
  { value: "packaging", zh: "包装不合格", en: "Packaging" },
  { value: "unknown_waste", zh: "废物不明", en: "Unknown waste" },
  { value: "not_contracted", zh: "不在合同内", en: "Not in the contract" },
  { value: "no_room", zh: "车已满", en: "No room" },
  { value: "other", zh: "其他", en: "Other" },
];

const LOOSE: readonly Choice[] = [{ value: "loose", zh: "散装", en: "Loose waste" }];
const PRODUCER: Input = {
  zh: "产废单位代码", en: "Producer", mode: "text", stays: false, read: uscc,
  hintZh: "可扫门口的收集码", hintEn: "The code at the door may be scanned",
};

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
  driver: {
    zh: "驾驶员代号（可不填）", en: "Driver (optional)", mode: "text", stays: true, read: pseudonym,
    hintZh: "登记资质时的代号，不写姓名", hintEn: "The registered pseudonym, never a name",
  },
  escort: {
    zh: "押运员代号（可不填）", en: "Escort (optional)", mode: "text", stays: true, read: pseudonym,
    hintZh: "登记资质时的代号，不写姓名", hintEn: "The registered pseudonym, never a name",
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
  "split.into": portions("分装到", "Into"),
  "repack.into": portions("倒装到", "Into"),
  refused: {
    zh: "拒收的容器", en: "Refused containers", mode: "text", stays: false, list: "containers",
    read: codeList, json: (value) => value.split("\n"),
    hintZh: "扫拒收容器的标签", hintEn: "Scan the labels of those refused",
  },
  differences: {
    zh: "与联单不符之处", en: "What differs", mode: "text", stays: false, hintZh: "", hintEn: "",
    choices: DIFFERENCES, several: true, read: someOf(DIFFERENCES),
    json: (value) => value.split(","),
  },
  result: {
    zh: "巡检结果", en: "What was found", mode: "text", stays: false, hintZh: "", hintEn: "",
    choices: CONDITIONS, read: choice(CONDITIONS),
  },
  latitude: {
    zh: "纬度", en: "Latitude", mode: "decimal", stays: false, located: true, read: degrees(90),
    hintZh: "例如 30.7", hintEn: "For example 30.7",
  },
  longitude: {
    zh: "经度", en: "Longitude", mode: "decimal", stays: false, read: degrees(180),
    hintZh: "例如 121.02", hintEn: "For example 121.02",
  },
  department: {
    zh: "科室", en: "Department", mode: "text", stays: true, read: filled,
    hintZh: "例如 内科", hintEn: "For example internal medicine",
  },
  stored_since: {
    zh: "入库日期", en: "Stored since", mode: "text", stays: true, read: day,
    hintZh: "例如 2026-01-31", hintEn: "For example 2026-01-31",
  },
  unit: PRODUCER,
  "fill.unit": optional({ ...PRODUCER, zh: "产废单位代码（上门装桶时）", en: "Producer, if at its door" }),
  waste_code: {
    zh: "废物代码", en: "Waste code", mode: "text", stays: true, read: wasteCode,
    hintZh: "例如 900-099-S03", hintEn: "For example 900-099-S03",
  },
  facility: optional({
    zh: "设施编码", en: "Facility code", mode: "text", stays: true, read: filled,
    hintZh: "可不填，例如 MF0001", hintEn: "May stay empty; for example MF0001",
  }),
  from_site: optional({
    zh: "原场所编码", en: "From site", mode: "text", stays: true, read: filled,
    hintZh: "原来不在场所内则不填", hintEn: "Empty if it was in none",
  }),
  loose: optional({
    zh: "没有容器", en: "No containers", mode: "text", stays: false, hintZh: "", hintEn: "",
    choices: LOOSE, several: true, read: choice(LOOSE),
  }),
  "load.weight_kg": optional({
    zh: "装车重量（千克）", en: "Loaded weight (kg)", mode: "decimal", stays: false, read: weightKg,
    when: { name: "loose", value: "loose" },
    hintZh: "没有过磅则不填", hintEn: "Empty if it was not weighed",
  }),
  "take_stock.weight_kg": {
    zh: "实盘数量（千克）", en: "What is there (kg)", mode: "decimal", stays: false,
    read: (text) => (/^0+(\.0{1,3})?$/.test(text) ? "0.000" : weightKg(text)),
    hintZh: "没有则填 0", hintEn: "0 if there is none",
  },
  outcome: {
    zh: "上门情况", en: "What you found", mode: "text", stays: false, hintZh: "", hintEn: "",
    choices: OUTCOMES, read: choice(OUTCOMES),
  },
  "visit.reason": {
    zh: "未收原因", en: "Why it was refused", mode: "text", stays: false, hintZh: "", hintEn: "",
    choices: REFUSALS, read: choice(REFUSALS), when: { name: "outcome", value: "refused" },
  },
  "write_off.reason": {
    zh: "核销原因", en: "Why it is gone", mode: "text", stays: false, hintZh: "", hintEn: "",
    choices: LOSSES, read: choice(LOSSES),
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
    zh: "远距标号", en: "Far mark number", mode: "numeric", stays: false, json: Number,
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
