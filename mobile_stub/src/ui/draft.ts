/** The record being prepared: what was scanned, what was typed, and what is still missing. */

import type { Json } from "../core/canonical";
import { plateFromSpelling } from "../core/codes";
import { cleanScan, isBad, type Scan } from "../core/token";
import type { Action } from "../store/model";
import { inputFor, type Input } from "./inputs";
import { portionLines } from "./portions";

export type Container = Extract<Scan, { kind: "container" }>;

export type Added = "added" | "again" | "replaced" | "filled" | "not-needed";

export class Draft {
  action: Action | undefined;
  containers: Container[] = [];
  readonly values = new Map<string, string>();
  /** The labels of containers that stand in a list of the form. */
  private readonly listed = new Map<string, string>();

  get inputs(): readonly string[] {
    const asked = this.action?.needs.filter((need) => need !== "containers") ?? [];
    return [...this.looseInputs, ...asked].filter((name) => {
      const when = this.input(name).when;
      return !when || this.values.get(when.name) === when.value;
    });
  }

  /** A manifest of loose waste (散装) has no containers; the person says so, and what was loaded. */
  private get looseInputs(): readonly string[] {
    const typ = this.action?.typ;
    const needs = this.action?.needs ?? [];
    if (!needs.includes("containers") || !needs.includes("manifest") || needs.includes("refused")) return [];
    return typ === "load" ? ["loose", "weight_kg"] : ["loose"];
  }

  get needsContainers(): boolean {
    return this.action?.needs.includes("containers") ?? false;
  }

  /** `target`: the input that the person is at, which takes what fits it. */
  add(scan: Scan, target = ""): Added {
    if (scan.kind === "container") {
      if (target && !isBad(scan.verdict)) {
        if (this.input(target).list) return this.addListed(target, scan);
        if (target === "into") return this.put("into", scan.id);
      }
      return this.addContainer(scan);
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

  /** A container of a list stands there once, and is none of those that the record is about. */
  private addListed(name: string, scan: Container): Added {
    const lines = portionLines(this.values.get(name) ?? "");
    if (lines.some(([code]) => code === scan.id)) return "again";
    this.remove(scan.id);
    this.listed.set(scan.id, scan.token);
    this.setLines(name, [...lines, [scan.id, ""]]);
    return "filled";
  }

  /** The lines of a list input; an empty weight is written as nothing. */
  setLines(name: string, lines: readonly (readonly [string, string])[]): void {
    this.values.set(name, lines.map(([code, weight]) => (weight ? `${code} ${weight}` : code)).join("\n"));
  }

  private addOther(text: string, target: string): Added {
    const door = /\/C\/[0-9A-Z]{18}([0-9A-Z]{18})\./i.exec(text);
    if (door) return this.put("unit", (door[1] as string).toUpperCase());
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
    const typed = this.values.get(name) ?? "";
    return this.input(name).read(this.input(name).list ? typed : cleanScan(typed));
  }

  /** Names of what is missing or wrong, in the order of the form. */
  get missing(): string[] {
    const wrong = this.inputs.filter((name) => this.value(name) === null);
    const without = this.inputs.includes("loose") && this.value("loose") !== "";
    return this.needsContainers && this.containers.length === 0 && !without ? ["containers", ...wrong] : wrong;
  }

  body(): { [key: string]: Json } {
    const body: { [key: string]: Json } = {};
    if (this.needsContainers) {
      const others = this.inputs.filter((name) => this.input(name).list)
        .flatMap((name) => portionLines(this.values.get(name) ?? "").map(([code]) => this.listed.get(code) ?? ""));
      const read = [...this.containers.map((container) => container.token), ...others];
      body["containers"] = this.containers.map((container) => container.id);
      body["labels"] = read.filter((token) => token !== "");
    }
    for (const name of this.inputs) {
      const value = this.value(name) ?? "";
      if (this.input(name).optional && value === "") continue;
      if (name !== "site" && name !== "loose") body[name] = this.input(name).json?.(value) ?? value;
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
