/** What hands in gloves and ears in noise notice: a toast, a buzz and a beep. */

import { fill, h, icon, type IconName } from "./dom";

export type Mood = "good" | "warn" | "bad";

const LOOK: Record<Mood, { icon: IconName; buzz: number[]; hertz: number; seconds: number }> = {
  good: { icon: "check", buzz: [60], hertz: 1760, seconds: 0.09 },
  warn: { icon: "alert", buzz: [60, 60, 60], hertz: 880, seconds: 0.16 },
  bad: { icon: "cross", buzz: [250, 80, 250], hertz: 220, seconds: 0.4 },
};

const STAY_MS = 3500;

let audio: AudioContext | undefined;
let host: HTMLElement | undefined;

function toastHost(): HTMLElement {
  host ??= h("div", { class: "toasts", role: "status", "aria-live": "assertive" });
  // An open dialog lies above everything else in the page, so the toast goes into it.
  const over = document.querySelector("dialog[open]") ?? document.body;
  if (host.parentElement !== over) over.append(host);
  return host;
}

export function notify(mood: Mood, title: string, text = ""): void {
  const toast = h(
    "div",
    { class: `toast ${mood}` },
    icon(LOOK[mood].icon),
    h("div", {}, h("b", {}, title), text && h("p", {}, text)),
  );
  fill(toastHost(), toast);
  setTimeout(() => toast.remove(), STAY_MS);
  signal(mood);
}

export function signal(mood: Mood): void {
  const { buzz, hertz, seconds } = LOOK[mood];
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(buzz);
  try {
    beep(hertz, seconds);
  } catch {
    // No sound on this device, or none allowed before the first touch.
  }
}

function beep(hertz: number, seconds: number): void {
  audio ??= new AudioContext();
  if (audio.state !== "running") return void audio.resume();
  const oscillator = audio.createOscillator();
  oscillator.type = "square";
  oscillator.frequency.value = hertz;
  const volume = audio.createGain();
  volume.gain.value = 0.12;
  oscillator.connect(volume).connect(audio.destination);
  oscillator.start();
  oscillator.stop(audio.currentTime + seconds);
}
