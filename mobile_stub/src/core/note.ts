/** C2SP signed notes and checkpoints: `signed-note` (Ed25519, type 0x01) and `tlog-checkpoint`. */

import { concat, fromBase64, sameBytes, sha256, utf8, type Bytes } from "./bytes";
import { Distrust } from "./distrust";
import { verifyEd25519 } from "./signatures";

export interface VerifierKey {
  readonly name: string;
  readonly id: Bytes;
  readonly pub: Bytes;
}

export interface Checkpoint {
  readonly origin: string;
  readonly size: number;
  readonly root: Bytes;
}

/** A note that none of the keys asked for has signed: it may be signed by a later one. */
export class UnknownSigner extends Distrust {
  constructor() {
    super("不是账本签发的", "not signed by the log");
  }
}

const MAX_SIGNATURES = 100;
const ED25519 = 1;

/** `name+hash+base64(0x01 || key)`; the hash must be the one that the name and key give. */
export async function parseVerifierKey(line: string): Promise<VerifierKey> {
  const [name, hash, ...rest] = line.trim().split("+");
  const encoded = fromBase64(rest.join("+"));
  if (!name || !hash || encoded.length !== 33 || encoded[0] !== ED25519) {
    throw new Error("not an Ed25519 verifier key");
  }
  const id = (await sha256(utf8(`${name}\n`), encoded)).slice(0, 4);
  const spelled = Array.from(id, (b) => b.toString(16).padStart(2, "0")).join("");
  if (spelled !== hash) throw new Error("verifier key does not match its hash");
  return { name, id, pub: encoded.slice(1) };
}

/** Returns the signed text (with its final newline) or throws; unknown signers are ignored. */
export async function openNote(note: string, key: VerifierKey): Promise<string> {
  const split = note.lastIndexOf("\n\n");
  if (split < 0 || !note.endsWith("\n") || /[\u0000-\u0009\u000b-\u001f]/.test(note)) {
    throw new Distrust("检查点格式不符", "malformed note");
  }
  const text = note.slice(0, split + 1);
  const lines = note.slice(split + 2, -1).split("\n");
  if (lines.length > MAX_SIGNATURES) throw new Distrust("签名过多", "too many signatures");
  let signed = false;
  for (const line of lines) {
    const match = /^\u2014 ([^\s+]+) (\S+)$/.exec(line);
    if (!match) throw new Distrust("签名行格式不符", "malformed signature line");
    const blob = fromBase64(match[2] as string);
    if (blob.length < 5) throw new Distrust("签名行格式不符", "malformed signature line");
    if (match[1] !== key.name || !sameBytes(blob.slice(0, 4), key.id)) continue;
    if (!(await verifyEd25519(key.pub, blob.slice(4), utf8(text)))) {
      throw new Distrust("账本签名无效", "the log's signature is not valid");
    }
    signed = true;
  }
  if (!signed) throw new UnknownSigner();
  return text;
}

export function parseDecimal(text: string): number {
  const value = Number(text);
  if (!/^(0|[1-9]\d{0,15})$/.test(text) || !Number.isSafeInteger(value)) {
    throw new Distrust("数字写法不符", "malformed number");
  }
  return value;
}

export async function openCheckpoint(
  note: string,
  key: VerifierKey,
  origin: string,
): Promise<Checkpoint> {
  const [first, size, root, ...rest] = (await openNote(note, key)).split("\n");
  if (first !== origin) throw new Distrust("检查点属于另一账本", "checkpoint of another ledger");
  if (size === undefined || root === undefined || rest.length < 1) {
    throw new Distrust("检查点格式不符", "malformed checkpoint");
  }
  const hash = fromBase64(root);
  if (hash.length !== 32) throw new Distrust("检查点的根不符", "malformed checkpoint root");
  return { origin, size: parseDecimal(size), root: hash };
}

/** The bytes whose hash a verifier key quotes; exported for whoever prints a key. */
export function verifierKeyBytes(key: VerifierKey): Bytes {
  return concat(Uint8Array.of(ED25519), key.pub);
}
