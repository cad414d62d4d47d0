/** Barcode scanners that type: one input that always has the focus and is read by its value.
 *
 * Keys are not trusted (input methods report them as 229 or "Unidentified"); the value is.
 */

import { cleanScan } from "../core/token";

const IDLE_MS = 150;
const SLOW_IDLE_MS = 700;
const BURST_MS_PER_CHAR = 35;
const SHORTEST = 6;

/** A code that cannot go on: it needs no Enter, and no half of it may be taken for the whole. */
const SIGNED = String.raw`HTTPS:\/\/\S+\/[CPQ]\/\S+\.[A-Z2-7]{103}`;
const PLAIN = String.raw`[0-9A-HJ-NPQRTUWXY]{18}\d{19}`;
const WHOLE = new RegExp(String.raw`^(?:${SIGNED}|${PLAIN}|20\d{12})$`, "i");
const AT_THE_END = new RegExp(String.raw`(?:${SIGNED}|${PLAIN})$`, "i");

export class Wedge {
  private first = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly sink: HTMLInputElement,
    private readonly onScan: (text: string) => void,
  ) {
    sink.addEventListener("input", () => this.heard());
    sink.addEventListener("beforeinput", (event) => {
      if (event.inputType === "insertLineBreak") this.finish();
    });
    sink.addEventListener("keydown", (event) => {
      if ((event.key !== "Enter" && event.key !== "Tab") || event.isComposing) return;
      if (sink.value === "") return;
      event.preventDefault();
      this.finish();
    });
  }

  private heard(): void {
    if (this.first === 0) this.first = performance.now();
    const last = performance.now();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.idle(last), IDLE_MS);
  }

  private idle(last: number): void {
    const text = cleanScan(this.sink.value);
    if (WHOLE.test(text)) return this.finish();
    // A busy device or a radio link may pause in the middle of a code: wait before judging.
    const perChar = (last - this.first) / Math.max(1, text.length);
    const burst = text.length >= SHORTEST && perChar < BURST_MS_PER_CHAR;
    this.timer = setTimeout(() => (burst ? this.finish() : this.reset()), SLOW_IDLE_MS);
  }

  private reset(): void {
    clearTimeout(this.timer);
    this.first = 0;
    this.sink.value = "";
  }

  private finish(): void {
    const text = cleanScan(this.sink.value);
    this.reset();
    if (text) this.onScan(text);
  }
}

/** A scan that lands in a form field is moved out of it and treated as a scan. */
export function guardField(field: HTMLInputElement, onScan: (text: string) => void): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const inspect = (): void => {
    const found = AT_THE_END.exec(cleanScan(field.value));
    if (!found) return;
    field.value = cleanScan(field.value).slice(0, found.index);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    onScan(found[0]);
  };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(inspect, IDLE_MS);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) inspect();
  });
}

/** Sends keys that nothing else wants to the sink, and brings the focus back after taps. */
export function keepFocused(sink: HTMLInputElement, active: () => boolean): void {
  const taken = (element: Element | null): boolean =>
    element instanceof HTMLInputElement ||
    element instanceof HTMLTextAreaElement ||
    element instanceof HTMLSelectElement;
  document.addEventListener("keydown", (event) => {
    const typed = event.key.length === 1 || event.key === "Unidentified" || event.keyCode === 229;
    // A space presses the focused button: that is a person at a keyboard, not a scanner.
    const press = event.key === " " && document.activeElement instanceof HTMLButtonElement;
    if (typed && !press && active() && !taken(document.activeElement)) sink.focus();
  });
  document.addEventListener("click", (event) => {
    // detail 0 is a click made with the keyboard: that person needs the focus where it is.
    if (event.detail > 0 && active() && !taken(event.target as Element | null)) sink.focus();
  });
}
