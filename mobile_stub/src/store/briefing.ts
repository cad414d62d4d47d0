/** What the device carries for a day without a network: its verbs, label keys, today's rounds. */

import { base64, fromBase64, fromUtf8, utf8 } from "../core/bytes";
import { Distrust } from "../core/distrust";
import { signWith } from "../core/keys";
import { uuid7 } from "../core/uuid7";
import type { Database } from "./database";
import type { Action, Briefing, Device, Round, Ticks } from "./model";
import { callServer, Refused } from "./problem";

const VISITS = new Set(["visit", "collect"]);

/** Asks with the device's key; a server that does not brief leaves everything as it is. */
export async function learnBriefing(db: Database, device: Device): Promise<void> {
  const { dev, ep, origin, key } = device;
  const before = await db.get("briefing", "current");
  const at = new Date().toISOString();
  const message = utf8(`waste-trace-briefing-v1\n${origin}\n${dev}/${ep}\n${at}`);
  const sig = base64(await signWith(key, message));
  const known = before?.dev === dev ? before.version : "";
  try {
    await keep(db, device, await callServer("/v1/devices/briefing", { dev, ep, at, sig, known }));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}

async function keep(db: Database, device: Device, answer: unknown): Promise<void> {
  const { actions, issuers, version, rounds } = (answer ?? {}) as {
    actions?: readonly Action[]; issuers?: Record<string, string>; version?: unknown;
    rounds?: readonly Round[] | null;
  };
  const good =
    Array.isArray(actions) && typeof issuers === "object" && typeof version === "string" &&
    (rounds === null || Array.isArray(rounds));
  if (!good) throw new Distrust("日程格式不符", "malformed briefing");
  const tx = db.transaction(["device", "briefing"], "readwrite");
  const now = await tx.objectStore("device").get("current");
  // Another window may have enrolled anew or changed the key meanwhile.
  if (now && now.dev === device.dev && now.ep === device.ep) {
    await tx.objectStore("device").put({ ...now, actions, issuers }, "current");
    if (rounds) {
      const briefing: Briefing = { dev: device.dev, version: version as string, rounds };
      await tx.objectStore("briefing").put(briefing, "current");
    }
  }
  await tx.done;
}

/** Rounds of a day (in Shanghai) as they were synced last. */
export async function readRounds(db: Database, device: Device | undefined, day: string): Promise<readonly Round[]> {
  const briefing = await db.get("briefing", "current");
  return briefing && briefing.dev === device?.dev ? briefing.rounds.filter((one) => one.day === day) : [];
}

/** The doors that this device's own records tell of since a moment, by unit, the newest word last. */
export async function readTicks(db: Database, since: Date): Promise<Ticks> {
  const first = uuid7(since.getTime(), new Uint8Array(16)).slice(0, 13);
  const ticks = new Map<string, { outcome: string; state: string }>();
  for (const entry of await db.getAll("records", IDBKeyRange.lowerBound(first))) {
    if (!VISITS.has(entry.typ) || entry.state === "refused") continue;
    const payload = JSON.parse(fromUtf8(fromBase64(entry.env.payload))) as { body: Record<string, unknown> };
    const unit = String(payload.body[entry.typ === "visit" ? "unit" : "from_org"]);
    const outcome = entry.typ === "visit" ? String(payload.body["outcome"]) : "collected";
    ticks.set(unit, { outcome, state: entry.state });
  }
  return ticks;
}
