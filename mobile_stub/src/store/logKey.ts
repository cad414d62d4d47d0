/** Which key of the log this device believes: the one it enrolled with, and those proven since. */

import { followChange, type KnownKeys } from "../core/keyChange";
import { parseVerifierKey, UnknownSigner, type VerifierKey } from "../core/note";
import type { Database } from "./database";
import type { Device } from "./model";
import { callServer, Refused } from "./problem";
import { observe } from "./watch";

/** What `read` makes of the log's key; once more with the next key, if the ledger proves one. */
export async function withLogKey<T>(
  db: Database,
  device: Device,
  read: (key: VerifierKey) => Promise<T>,
): Promise<T> {
  const { log } = await recall(db, device);
  try {
    return await read(await parseVerifierKey(log));
  } catch (error) {
    if (!(error instanceof UnknownSigner)) throw error;
    const next = await learn(db, device);
    if (next === log) throw error;
    return read(await parseVerifierKey(next));
  }
}

async function recall(db: Database, device: Device): Promise<KnownKeys> {
  const now = await db.get("device", "current");
  const known = now?.dev === device.dev ? now : device;
  const { log_vkey: log, registrar_vkey: registrar, keys_upto: upto, log_at: logAt } = known;
  return { log, registrar, upto: upto ?? -1, logAt: logAt ?? 0 };
}

/** Follows the changes that the server shows; the log's newest key. */
async function learn(db: Database, device: Device): Promise<string> {
  let known = await recall(db, device);
  for (let changes = await ask(known); changes.length; changes = await ask(known)) {
    for (const change of changes) {
      const followed = await followChange(known, change, device.origin);
      if (followed.proven) await observe(db, followed.proven.checkpoint, followed.proven.note);
      known = followed.known;
      await keep(db, device, known);
    }
  }
  return known.log;
}

async function ask(known: KnownKeys): Promise<readonly unknown[]> {
  try {
    const answer = await callServer(`/v1/ledger/key-changes?after=${known.upto}`);
    const { changes } = (answer ?? {}) as { changes?: unknown };
    return Array.isArray(changes) ? changes : [];
  } catch (error) {
    if (error instanceof Refused) return []; // a server from before keys could change
    throw error;
  }
}

async function keep(db: Database, device: Device, known: KnownKeys): Promise<void> {
  const tx = db.transaction("device", "readwrite");
  const now = await tx.store.get("current");
  // Another window may have enrolled anew meanwhile.
  if (now?.dev === device.dev) {
    const { log, registrar, upto, logAt } = known;
    const keys = { log_vkey: log, registrar_vkey: registrar, keys_upto: upto, log_at: logAt };
    await tx.store.put({ ...now, ...keys }, "current");
  }
  await tx.done;
}
