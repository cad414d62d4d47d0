/** Containers with what each holds, as the draft keeps them: a line each, code and kilograms. */

import { parseDigitalId, weightKg } from "../core/codes";

export interface Portion {
  readonly container: string;
  readonly weight_kg: string;
}

/** The lines of a list, complete or not: code and what was typed after it. */
export function portionLines(text: string): [string, string][] {
  return text.split("\n").filter((line) => line).map((line) => {
    const space = line.indexOf(" ");
    return space < 0 ? [line, ""] : [line.slice(0, space), line.slice(space + 1)];
  });
}

/** What is signed; null while a weight is missing or wrong. */
export function readPortions(text: string): Portion[] | null {
  const portions: Portion[] = [];
  for (const [container, typed] of portionLines(text)) {
    const weight = weightKg(typed);
    if (!parseDigitalId(container) || weight === null) return null;
    portions.push({ container, weight_kg: weight });
  }
  return portions.length ? portions : null;
}
