/** Sends what is pending and believes only receipts that verify. */

import { Distrust } from "../core/distrust";
import { parseVerifierKey } from "../core/note";
import { verifyReceipt } from "../core/receipt";
import { type Database, readFork } from "./database";
import type { Device, EventRecord, Fault } from "./model";
import { callServer, Refused, Unreachable } from "./problem";
import { pendingRecords, settle } from "./queue";
import { LedgerForked, observe } from "./watch";

export type Outcome = "idle" | "done" | "unreachable" | "unproven" | "forked";

/** Throws nothing that a caller must handle; the state of each record tells what happened. */
export async function syncOnce(
  db: Database,
  device: Device,
  progress: () => void,
): Promise<Outcome> {
  if (await readFork(db)) return "forked";
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
    const answer = await callServer("/v1/events", entry.env);
    await accept(db, device, entry, answer);
    return "done";
  } catch (error) {
    if (error instanceof Refused) {
      // One bad record must never hold up the good ones behind it.
      await settle(db, entry.id, { state: "refused", refusal: error.refusal, fault: undefined });
      return "done";
    }
    if (error instanceof Unreachable) return "unreachable";
    await settle(db, entry.id, { state: "pending", fault: faultOf(error) });
    return error instanceof LedgerForked ? "forked" : "unproven";
  }
}

function faultOf(error: unknown): Fault {
  if (error instanceof Distrust) return { zh: error.zh, en: error.en };
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
  const key = await parseVerifierKey(device.log_vkey);
  const proven = await verifyReceipt(receipt, entry.env, key, device.origin);
  if (proven.index !== index || proven.ms !== ms) throw new Distrust("应答与回执不一致", "answer differs from its receipt");
  await observe(db, proven.checkpoint, proven.note);
  const proof = { index: proven.index, ms: proven.ms, receipt };
  await settle(db, entry.id, { state: "accepted", proof, fault: undefined, refusal: undefined });
}
