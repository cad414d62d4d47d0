/** Elements without a framework: `h` builds them, `icon` draws ours, `big` makes two-line labels. */

import { other, t } from "./i18n";

type Child = Node | string | null | undefined | false;
type Handler = (event: Event) => void;

export interface Properties {
  class?: string;
  onclick?: Handler;
  [attribute: string]: string | boolean | Handler | undefined;
}

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child): child is Node | string => !!child));
  return element;
}

/** Big text in the chosen language over small text in the other. */
export function big(zh: string, en: string): HTMLElement {
  return h("span", { class: "bi" }, h("b", {}, t(zh, en)), h("small", {}, other(zh, en)));
}

const PATHS = {
  scan: "M3 8V4a1 1 0 0 1 1-1h4M16 3h4a1 1 0 0 1 1 1v4M21 16v4a1 1 0 0 1-1 1h-4M8 21H4a1 1 0 0 1-1-1v-4M4 12h16",
  photo: "M4 7h3l2-3h6l2 3h3v13H4zM12 10a3.5 3.5 0 1 0 .01 0",
  type: "M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M7 14h10",
  pen: "M4 20l1-5L16 4l4 4L9 19zM14 6l4 4",
  list: "M8 6h13M8 12h13M8 18h13M3.5 6h.01M3.5 12h.01M3.5 18h.01",
  route: "M6 21a2.5 2.5 0 1 0-.01 0M18 8a2.5 2.5 0 1 0-.01 0M8.5 18.5H16a3.2 3.2 0 0 0 0-6.5H8a3.2 3.2 0 0 1 0-6.5h7.5",
  device: "M7 2h10v20H7zM11 18h2",
  check: "M4 12.5l5.5 5.5L20 6.5",
  clock: "M12 3a9 9 0 1 0 .01 0M12 7v5.5l3.5 2",
  cross: "M5 5l14 14M19 5L5 19",
  alert: "M12 3L1.8 20.5h20.4zM12 9.5v5M12 17.6h.01",
  up: "M12 20V5M5.5 11.5L12 5l6.5 6.5",
  out: "M4 14v6h16v-6M12 15V3.5M7 8.5l5-5 5 5",
  in: "M4 14v6h16v-6M12 3.5V15M7 10l5 5 5-5",
  torch: "M13 2L5 13.5h6L10 22l8.5-12H12z",
  shield: "M12 2.5l8 3v6c0 5-3.4 8.6-8 10-4.6-1.4-8-5-8-10v-6zM8.3 12l2.7 2.7 4.8-5",
  cube: "M12 2.5l8.5 4.8v9.4L12 21.5l-8.5-4.8V7.3zM3.5 7.3L12 12l8.5-4.7M12 12v9.5",
  wifi: "M2.5 9a14 14 0 0 1 19 0M6 13a9 9 0 0 1 12 0M9.3 16.6a4 4 0 0 1 5.4 0M12 20h.01",
} as const;

export type IconName = keyof typeof PATHS;

const SVG = "http://www.w3.org/2000/svg";

export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** Replaces what an element shows; the element itself, its focus and its place stay. */
export function fill(element: HTMLElement, ...children: Child[]): void {
  // replaceChildren is younger (Chrome 86) than the oldest engine that we serve.
  element.textContent = "";
  element.append(...children.filter((child): child is Node | string => !!child));
}

export function download(name: string, content: Blob): void {
  const url = URL.createObjectURL(content);
  h("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
