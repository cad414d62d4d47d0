/** One change of the registrar's or the log's key, proven by the ledger: never believed when told. */

import { base64, fromBase64, fromUtf8, sha256, utf8, type Bytes } from "./bytes";
import type { Json } from "./canonical";
import { Distrust } from "./distrust";
import { pae, parseEnvelope } from "./dsse";
import { openCheckpoint, parseVerifierKey, verifierKeyBytes, type VerifierKey } from "./note";
import { parseReceipt, type Proven, verifyReceipt } from "./receipt";
import { verifyEd25519 } from "./signatures";

/** The two keys that a device believes, as verifier keys. */
export interface KnownKeys {
  readonly log: string;
  readonly registrar: string;
  /** The last leaf that was followed. */
  readonly upto: number;
  /** What leaves below this index say of the log's key is past. */
  readonly logAt: number;
}

export interface Followed {
  readonly known: KnownKeys;
  /** The checkpoint that both keys of the log have signed; it must be of the history we know. */
  readonly proven: Proven | null;
}

/** Throws unless the leaf is the registrar's, is in the ledger, and changes a key that we know. */
export async function followChange(
  known: KnownKeys,
  change: unknown,
  origin: string,
): Promise<Followed> {
  const { envelope, receipt } = (change ?? {}) as { envelope?: unknown; receipt?: unknown };
  if (typeof receipt !== "string") throw new Distrust("换钥没有证明", "a key change without its proof");
  const env = parseEnvelope(envelope);
  const registrar = await parseVerifierKey(known.registrar);
  const payload = fromBase64(env.payload);
  const signature = fromBase64(env.signatures[0]?.sig ?? "");
  if (!(await verifyEd25519(registrar.pub, signature, pae(env.payloadType, payload)))) {
    throw new Distrust("换钥不是登记员签署的", "the registrar did not sign the key change");
  }
  const event = JSON.parse(fromUtf8(payload)) as { [key: string]: Json };
  const body = (event["body"] ?? {}) as { [key: string]: Json };
  const { index, note } = parseReceipt(receipt);
  if (index <= known.upto || event["dev"] !== "registrar" || event["log"] !== origin) throw unknown();
  const log = await parseVerifierKey(known.log);
  const proven = index < known.logAt ? null : await verifyReceipt(receipt, env, log, origin);
  const after = { ...known, upto: index };
  if (event["typ"] === "key.rotate") {
    const pub = fromBase64(String(body["pub"]));
    if (body["alg"] !== "ed25519" || pub.length !== 32) throw unknown();
    return { known: { ...after, registrar: await spell(registrar, pub) }, proven };
  }
  if (event["typ"] === "log.key" && proven === null) return { known: after, proven };
  if (event["typ"] !== "log.key" || body["replaces"] !== known.log) throw unknown();
  const next = String(body["vkey"]);
  await openCheckpoint(note, await parseVerifierKey(next), origin); // whoever has it signed too
  return { known: { ...after, log: next, logAt: index + 1 }, proven };
}

async function spell(before: VerifierKey, pub: Bytes): Promise<string> {
  const material = verifierKeyBytes({ ...before, pub });
  const digest = await sha256(utf8(`${before.name}\n`), material);
  const id = Array.from(digest.slice(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${before.name}+${id}+${base64(material)}`;
}

function unknown(): Distrust {
  return new Distrust("这不是本机密钥之后的换钥", "it changes no key that is known here");
}
