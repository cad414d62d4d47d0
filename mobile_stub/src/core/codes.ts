/** Codes that people type: 数字识别码 (HJ 1276), 统一社会信用代码 (GB 32100-2015), 联单编号, 车牌. */

const USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";
const DIGITAL_ID = /^([0-9A-HJ-NPQRTUWXY]{18})(\d{8})(\d{8})(\d{3})$/;

export interface DigitalId {
  readonly text: string;
  readonly unit: string;
  readonly waste: string;
  readonly date: string;
  readonly serial: string;
}

/** GB 32100-2015, 5.5: the check character of the first seventeen. */
export function usccIsValid(text: string): boolean {
  if (!/^[0-9A-HJ-NPQRTUWXY]{18}$/.test(text)) return false;
  let sum = 0;
  let weight = 1;
  for (const char of text.slice(0, 17)) {
    sum += USCC_ALPHABET.indexOf(char) * weight;
    weight = (weight * 3) % 31;
  }
  return text.charAt(17) === USCC_ALPHABET.charAt((31 - (sum % 31)) % 31);
}

/** Null unless all four segments are possible, so that a slip in typing is caught at once. */
export function parseDigitalId(text: string): DigitalId | null {
  const match = DIGITAL_ID.exec(text);
  if (!match) return null;
  const [, unit, waste, date, serial] = match as unknown as [string, string, string, string, string];
  return usccIsValid(unit) && isDay(date) ? { text, unit, waste, date, serial } : null;
}

/** 900-249-08, as the catalogue writes it. */
export function wasteCode({ waste }: DigitalId): string {
  return `${waste.slice(0, 3)}-${waste.slice(3, 6)}-${waste.slice(6)}`;
}

function isDay(text: string): boolean {
  const iso = `${text.slice(0, 4)}-${text.slice(4, 6)}-${text.slice(6)}`;
  const day = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(iso);
}

/** GB/T 2260 codes of the mainland provinces, and the character that opens their plates. */
const PROVINCES: Record<string, string> = {
  11: "京", 12: "津", 13: "冀", 14: "晋", 15: "蒙", 21: "辽", 22: "吉", 23: "黑", 31: "沪", 32: "苏",
  33: "浙", 34: "皖", 35: "闽", 36: "赣", 37: "鲁", 41: "豫", 42: "鄂", 43: "湘", 44: "粤", 45: "桂",
  46: "琼", 50: "渝", 51: "川", 52: "贵", 53: "云", 54: "藏", 61: "陕", 62: "甘", 63: "青", 64: "宁",
  65: "新",
};
const PLATE_SUFFIXES: Record<string, string> = {
  GUA: "挂", XUE: "学", JING: "警", GANG: "港", AO: "澳",
};

/** 危险废物转移管理办法, art. 15: year, province, city, six digits. */
export function isManifestNumber(text: string): boolean {
  return /^20\d{12}$/.test(text) && text.slice(4, 6) in PROVINCES;
}

/** 33J1234-GUA, as signed codes spell a plate, becomes 浙J1234挂; null if it is no plate. */
export function plateFromSpelling(text: string): string | null {
  const [body = "", suffix = ""] = text.split("-");
  const province = PROVINCES[body.slice(0, 2)];
  const tail = suffix ? PLATE_SUFFIXES[suffix] : "";
  if (province === undefined || tail === undefined) return null;
  const plate = province + body.slice(2) + tail;
  return isPlate(plate) ? plate : null;
}

/** Loose on purpose: plate classes change more often than handhelds are updated. */
export function isPlate(text: string): boolean {
  return /^[\u4e00-\u9fff][A-Z][A-Z0-9]{4,6}[A-Z0-9\u4e00-\u9fff]?$/.test(text);
}

/** "182.5" → "182.500": kilograms with three decimals, as text; null if it is no such quantity. */
export function weightKg(text: string): string | null {
  const match = /^(\d{1,7})(?:\.(\d{1,3}))?$/.exec(text);
  if (!match) return null;
  const whole = (match[1] as string).replace(/^0+(?=\d)/, "");
  const value = `${whole}.${(match[2] ?? "").padEnd(3, "0")}`;
  return /[1-9]/.test(value) ? value : null;
}
