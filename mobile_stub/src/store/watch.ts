/** Watches the ledger for us: no checkpoint becomes `seen` unless it extends the one we hold. */

import { base64, fromBase64, sameBytes, type Bytes } from "../core/bytes";
import { verifyConsistency } from "../core/merkle";
import { Distrust } from "../core/distrust";
import type { Checkpoint } from "../core/note";
import { type Database, readFork, readSeen } from "./database";
import type { SeenCheckpoint } from "./model";
import { callServer, Refused, Unreachable } from "./problem";

/** The log signed two histories. Nothing that it says counts from here on. */
export class LedgerForked extends Distrust {
  constructor() {
    super("账本分叉", "the log signed two histories");
  }
}

/** Compares a verified checkpoint with ours; moves `seen` forward or raises the alarm. */
export async function observe(db: Database, theirs: Checkpoint, note: string): Promise<void> {
  if (await readFork(db)) throw new LedgerForked();
  const ours = await readSeen(db);
  if (ours.n === 0) return advance(db, theirs, note);
  const known: Checkpoint = { origin: theirs.origin, size: ours.n, root: fromBase64(ours.root) };
  if (theirs.size === known.size) {
    if (!sameBytes(theirs.root, known.root)) await alarm(db, ours, note);
    return;
  }
  const [older, newer] = theirs.size > known.size ? [known, theirs] : [theirs, known];
  const proof = await fetchConsistency(older.size, newer.size);
  const consistent =
    proof !== null &&
    (await verifyConsistency(older.size, older.root, newer.size, newer.root, proof));
  if (!consistent) return alarm(db, ours, note);
  if (newer === theirs) await advance(db, theirs, note);
}

async function advance(db: Database, to: Checkpoint, note: string): Promise<void> {
  await db.put("ledger", { n: to.size, root: base64(to.root), note }, "seen");
}

async function alarm(db: Database, ours: SeenCheckpoint, theirs: string): Promise<never> {
  await db.put("ledger", { at: new Date().toISOString(), ours: ours.note, theirs }, "fork");
  throw new LedgerForked();
}

/** Null if the answer is no list of hashes: then nothing was proven, which is the alarm's case. */
async function fetchConsistency(from: number, to: number): Promise<Bytes[] | null> {
  try {
    const answer = await callServer(`/v1/ledger/consistency?from=${from}&to=${to}`);
    return (answer as { proof: string[] }).proof.map(fromBase64);
  } catch (error) {
    if (error instanceof Unreachable) throw error;
    if (error instanceof Refused) {
      throw new Distrust("服务器不给一致性证明", "the server withholds the consistency proof");
    }
    return null;
  }
}
