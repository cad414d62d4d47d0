/** C2SP tlog-proof@v1: proves that one of our envelopes is in the ledger under a signed root. */

import { fromBase64, fromUtf8, type Bytes } from "./bytes";
import { canonical, canonicalBytes } from "./canonical";
import { Distrust } from "./distrust";
import type { Envelope } from "./dsse";
import { leafHash, verifyInclusion } from "./merkle";
import { openCheckpoint, parseDecimal, type Checkpoint, type VerifierKey } from "./note";

export interface Receipt {
  readonly index: number;
  readonly ms: number;
  readonly proof: readonly Bytes[];
  readonly note: string;
}

export interface Proven {
  readonly index: number;
  readonly ms: number;
  readonly checkpoint: Checkpoint;
  readonly note: string;
}

const HEADER = "c2sp.org/tlog-proof@v1";
const MAX_PATH = 64;

export function parseReceipt(text: string): Receipt {
  const cut = text.indexOf("\n\n");
  if (cut < 0) throw new Distrust("回执没有检查点", "receipt without a checkpoint");
  const [header, extra, index, ...path] = text.slice(0, cut).split("\n");
  if (header !== HEADER || !extra?.startsWith("extra ") || !index?.startsWith("index ")) {
    throw new Distrust("不是带入账时间的 tlog-proof 回执", "not a tlog-proof@v1 with its logged time");
  }
  if (path.length > MAX_PATH) throw new Distrust("证明过长", "inclusion path too long");
  return {
    index: parseDecimal(index.slice(6)),
    ms: parseLoggedTime(fromUtf8(fromBase64(extra.slice(6)))),
    proof: path.map(fromBase64),
    note: text.slice(cut + 2),
  };
}

function parseLoggedTime(text: string): number {
  const extra = JSON.parse(text) as { ms?: unknown };
  if (typeof extra.ms !== "number" || canonical({ ms: extra.ms }) !== text) {
    throw new Distrust("回执没有入账时间", "receipt without a canonical logged time");
  }
  return extra.ms;
}

/** Rebuilds the leaf from our own envelope: the server never tells us what it logged. */
export async function verifyReceipt(
  text: string,
  env: Envelope,
  key: VerifierKey,
  origin: string,
): Promise<Proven> {
  const receipt = parseReceipt(text);
  const checkpoint = await openCheckpoint(receipt.note, key, origin);
  const hash = await leafHash(canonicalBytes({ env, ms: receipt.ms, v: 1 }));
  const { index, ms, proof, note } = receipt;
  if (!(await verifyInclusion(hash, index, checkpoint.size, proof, checkpoint.root))) {
    throw new Distrust("记录不在所签的账本之中", "the record is not under the signed root");
  }
  return { index, ms, checkpoint, note };
}
