/** Two languages, Chinese first; every text stands in the code in both. */

export type Language = "zh" | "en";

const STORED = "handheld-language";

let current: Language = localStorage.getItem(STORED) === "en" ? "en" : "zh";

export function language(): Language {
  return current;
}

export function setLanguage(to: Language): void {
  current = to;
  localStorage.setItem(STORED, to);
  document.documentElement.lang = to === "zh" ? "zh-CN" : "en";
}

/** The text in the language that the person chose. */
export function t(zh: string, en: string): string {
  return current === "zh" ? zh : en;
}

/** The other language, for the small line under a big label. */
export function other(zh: string, en: string): string {
  return current === "zh" ? en : zh;
}

const CLOCK = { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" } as const;
const DAY = { month: "2-digit", day: "2-digit", timeZone: "Asia/Shanghai" } as const;

export function clock(at: Date): string {
  return new Intl.DateTimeFormat("zh-CN", CLOCK).format(at);
}

/** The time alone for today, with the day before it otherwise. */
export function since(at: Date): string {
  const today = stamp(new Date()).slice(0, 5);
  return stamp(at).startsWith(today) ? clock(at) : stamp(at);
}

/** 11-23 16:05, in the time of the people who work here. */
export function stamp(at: Date): string {
  const parts = new Intl.DateTimeFormat("en-CA", DAY).formatToParts(at);
  const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? "";
  return `${of("month")}-${of("day")} ${clock(at)}`;
}
