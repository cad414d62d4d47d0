/** What a scanned text is: a signed label or place, a plain code, a manifest number, or other. */

import { fromBase32, fromBase64, utf8 } from "./bytes";
import { isManifestNumber, parseDigitalId } from "./codes";
import { keyFingerprint, verifyEd25519 } from "./signatures";

export type Verdict = "genuine" | "forged" | "withdrawn" | "unknown" | "unsigned";

/** Verdicts with which nothing may be signed. */
export function isBad(verdict: Verdict): boolean {
  return verdict === "forged" || verdict === "withdrawn";
}

export type Scan =
  | { kind: "container"; id: string; token: string; rotation: number; verdict: Verdict }
  | { kind: "place"; of: string; code: string; token: string; verdict: Verdict }
  | { kind: "manifest"; number: string }
  | { kind: "enrol"; code: string }
  | { kind: "broken"; text: string }
  | { kind: "other"; text: string };

/** Key id → base64 of the issuer's raw Ed25519 public key. */
export type Issuers = Readonly<Record<string, string>>;

/** Asks whether a genuine label of a container was replaced or voided. */
export type Withdrawn = (id: string, rotation: number) => Promise<boolean>;

const HOST = String.raw`HTTPS:\/\/[A-Z0-9.-]+(?::\d+)?`;
const SIGNED = String.raw`\.([0-9A-F]{8})\.([A-Z2-7]{103})$`;
const LABEL = new RegExp(String.raw`^${HOST}\/Q\/([0-9A-Z]{37})\.(0|[1-9]\d{0,5})${SIGNED}`);
const PLACE = new RegExp(String.raw`^${HOST}\/P\/([A-Z]+)\/([0-9A-Z-]{1,48})${SIGNED}`);
const ANY_LABEL = /^HTTPS:\/\/[^/]+\/Q\//;
const ANY_PLACE = /^HTTPS:\/\/[^/]+\/P\//;
const ENROL = /#enrol=([A-Za-z0-9_-]+)/i;

/** Undoes what keyboards, input methods and code pages do to a code (full width, dots, controls). */
export function cleanScan(raw: string): string {
  const text = raw.replace(/[\u0000-\u001f\u007f\u200b-\u200f\ufeff·]/g, "").normalize("NFKC");
  return text.replace(/。/g, ".").replace(/、/g, "/").replace(/[‐-―−]/g, "-").trim();
}

/** Never throws. A label that was not read to its end is `broken`: scan again, accuse nobody. */
export async function readScan(
  raw: string,
  issuers: Issuers,
  withdrawn: Withdrawn = async () => false,
): Promise<Scan> {
  const text = cleanScan(raw);
  const enrol = ENROL.exec(text);
  if (enrol) return { kind: "enrol", code: enrol[1] as string };
  const plain = text.replace(/\s/g, "").toUpperCase();
  if (ANY_LABEL.test(plain)) return readLabel(plain, issuers, withdrawn);
  if (ANY_PLACE.test(plain)) return readPlace(plain, issuers);
  if (isManifestNumber(plain)) return { kind: "manifest", number: plain };
  if (parseDigitalId(plain)) {
    return { kind: "container", id: plain, token: "", rotation: 0, verdict: "unsigned" };
  }
  return { kind: "other", text };
}

async function readLabel(token: string, issuers: Issuers, withdrawn: Withdrawn): Promise<Scan> {
  const match = LABEL.exec(token) as unknown as [string, string, string, string, string] | null;
  if (!match) return { kind: "broken", text: token };
  const [, id, rotation, kid, sig] = match;
  const message = `waste-trace-label-v1\n${id}.${rotation}.${kid}`;
  let verdict = parseDigitalId(id) ? await judge(message, kid, sig, issuers) : "forged";
  if (verdict === "genuine" && (await withdrawn(id, Number(rotation)))) verdict = "withdrawn";
  return { kind: "container", id, token, rotation: Number(rotation), verdict };
}

async function readPlace(token: string, issuers: Issuers): Promise<Scan> {
  const match = PLACE.exec(token) as unknown as [string, string, string, string, string] | null;
  if (!match) return { kind: "broken", text: token };
  const [, of, code, kid, sig] = match;
  const message = `waste-trace-place-v1\n${of}/${code}.${kid}`;
  return { kind: "place", of, code, token, verdict: await judge(message, kid, sig, issuers) };
}

async function judge(
  message: string,
  kid: string,
  sig: string,
  issuers: Issuers,
): Promise<Verdict> {
  const issuer = issuers[kid];
  if (issuer === undefined) return "unknown";
  try {
    const pub = fromBase64(issuer);
    if ((await keyFingerprint(pub)) !== kid) return "unknown";
    return (await verifyEd25519(pub, fromBase32(sig), utf8(message))) ? "genuine" : "forged";
  } catch {
    return "forged";
  }
}
