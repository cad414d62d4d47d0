/** Labels that no longer count, carried along so that they are recognised without a network. */

import { hex, sha256, utf8 } from "../core/bytes";
import { Distrust } from "../core/distrust";
import type { Database } from "./database";
import { callServer } from "./problem";

const DIGEST = /^[0-9a-f]{32}$/;

/** The list names no container: only who has a label in hand can compute its digest. */
export async function withdrawalDigest(container: string, rotation: number): Promise<string> {
  return hex(await sha256(utf8(`${container}.${rotation}`))).slice(0, 32);
}

/** True if the label is withdrawn as far as the last sync knew. */
export async function isWithdrawn(db: Database, id: string, rotation: number): Promise<boolean> {
  return (await db.get("withdrawn", await withdrawalDigest(id, rotation))) === true;
}

/** Fetches what was withdrawn since the last time, to the end of the list. */
export async function learnWithdrawn(db: Database): Promise<void> {
  for (;;) {
    const since = (await db.get("progress", "withdrawn")) ?? -1;
    const { upto, digests } = parseList(await callServer(`/v1/labels/withdrawn?since=${since}`));
    const tx = db.transaction(["withdrawn", "progress"], "readwrite");
    const store = tx.objectStore("withdrawn");
    const work = digests.map((digest) => store.put(true, digest));
    if (upto > since) work.push(tx.objectStore("progress").put(upto, "withdrawn"));
    await Promise.all([...work, tx.done]);
    if (digests.length === 0 || upto <= since) return;
  }
}

function parseList(value: unknown): { upto: number; digests: string[] } {
  const { upto, digests } = (value ?? {}) as { upto?: unknown; digests?: unknown };
  const good =
    Number.isSafeInteger(upto) &&
    Array.isArray(digests) &&
    digests.every((digest) => typeof digest === "string" && DIGEST.test(digest));
  if (!good) throw new Distrust("失效标签名单格式不符", "malformed list of withdrawn labels");
  return { upto: upto as number, digests: digests as string[] };
}
