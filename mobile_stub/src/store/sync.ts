/** Sends what is pending and believes only receipts that verify. */

import { Distrust } from "../core/distrust";
import { openCheckpoint } from "../core/note";
import { verifyReceipt } from "../core/receipt";
import { learnBriefing } from "./briefing";
import { type Database, readFork } from "./database";
import type { Device, EventRecord, Fault } from "./model";
import { withLogKey } from "./logKey";
import { callServer, readText, Refused, Unreachable } from "./problem";
import { pendingRecords, settle } from "./queue";
import { keepOldKey, ROTATE, useNextKey } from "./rotate";
import { LedgerForked, observe } from "./watch";
import { learnWithdrawn } from "./withdrawn";

export type Outcome = "idle" | "done" | "unreachable" | "unproven" | "forked";

export interface Result {
  readonly outcome: Outcome;
  /** What the server could not prove, if it is about no record of ours. */
  readonly doubt?: Fault | undefined;
}

/** Throws nothing that a caller must handle; the state of each record tells what happened.
 *
 * `looking`: also ask for the newest checkpoint, the withdrawn labels and what the device needs for
 * the day, with nothing to send too.
 */
export async function syncOnce(
  db: Database,
  device: Device,
  looking: boolean,
  progress: () => void,
): Promise<Result> {
  if (await readFork(db)) return { outcome: "forked" };
  const outcome = await sendAll(db, device, progress);
  if (!looking || outcome === "unreachable" || outcome === "forked") return { outcome };
  try {
    await lookAtLedger(db, device);
    await learnWithdrawn(db);
    await learnBriefing(db, device);
    return { outcome: outcome === "idle" ? "done" : outcome };
  } catch (error) {
    if (error instanceof LedgerForked) return { outcome: "forked" };
    if (error instanceof Unreachable) return { outcome: "unreachable" };
    return { outcome: "unproven", doubt: faultOf(error) };
  }
}

/** Asks for the newest checkpoint, so that a fork is seen by those who have nothing to send too. */
async function lookAtLedger(db: Database, device: Device): Promise<void> {
  const note = await readText("/v1/ledger/checkpoint");
  const newest = await withLogKey(db, device, (key) => openCheckpoint(note, key, device.origin));
  await observe(db, newest, note);
}

async function sendAll(db: Database, device: Device, progress: () => void): Promise<Outcome> {
  const pending = await pendingRecords(db);
  let result: Outcome = pending.length ? "done" : "idle";
  for (const entry of pending) {
    const outcome = await send(db, device, entry);
    progress();
    if (outcome === "unproven") result = outcome;
    else if (outcome !== "done") return outcome;
  }
  return result;
}

async function send(db: Database, device: Device, entry: EventRecord): Promise<Outcome> {
  try {
    const { env, disclosures } = entry;
    const answer = await callServer("/v1/events", disclosures ? { envelope: env, disclosures } : env);
    await accept(db, device, entry, answer);
    return "done";
  } catch (error) {
    if (error instanceof Refused) {
      // One bad record must never hold up the good ones behind it.
      await settle(db, entry.id, { state: "refused", refusal: error.refusal, fault: undefined });
      if (entry.typ === ROTATE) await keepOldKey(db, entry);
      return "done";
    }
    if (error instanceof Unreachable) return "unreachable";
    await settle(db, entry.id, { state: "pending", fault: faultOf(error) });
    return error instanceof LedgerForked ? "forked" : "unproven";
  }
}

function faultOf(error: unknown): Fault {
  if (error instanceof Distrust) return { zh: error.zh, en: error.en };
  if (error instanceof Refused) return { zh: error.refusal.zh, en: error.refusal.en };
  const text = error instanceof Error ? error.message : String(error);
  return { zh: text, en: text };
}

async function accept(
  db: Database,
  device: Device,
  entry: EventRecord,
  answer: unknown,
): Promise<void> {
  const { receipt, index, ms } = answer as { receipt?: unknown; index?: unknown; ms?: unknown };
  if (typeof receipt !== "string") throw new Distrust("没有回执", "answer without a receipt");
  const proven = await withLogKey(db, device, (key) => verifyReceipt(receipt, entry.env, key, device.origin));
  if (proven.index !== index || proven.ms !== ms) throw new Distrust("应答与回执不一致", "answer differs from its receipt");
  await observe(db, proven.checkpoint, proven.note);
  const proof = { index: proven.index, ms: proven.ms, receipt };
  // The personal data is the ledger's to keep from now on.
  const done = { proof, fault: undefined, refusal: undefined, disclosures: undefined };
  if (entry.typ === ROTATE && !entry.imported) await useNextKey(db, entry);
  await settle(db, entry.id, { state: "accepted", ...done });
}
