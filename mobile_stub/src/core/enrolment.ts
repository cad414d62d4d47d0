/** Proves from the ledger's own leaf that a device is enrolled with this very key. */

import { fromBase64, fromUtf8 } from "./bytes";
import { canonical, type Json } from "./canonical";
import { Distrust } from "./distrust";
import { pae, parseEnvelope } from "./dsse";
import { parseVerifierKey } from "./note";
import { type Proven, verifyReceipt } from "./receipt";
import { verifyEd25519 } from "./signatures";

/** What the device was told that it is, and the key that it made itself. */
export interface Claim {
  readonly dev: string;
  readonly ep: number;
  readonly org: string;
  readonly origin: string;
  readonly log_vkey: string;
  readonly registrar_vkey: string;
  readonly alg: string;
  readonly pub: string;
}

/** Throws unless the registrar's leaf is under the log's signed root and says what is claimed. */
export async function verifyEnrolment(
  claim: Claim,
  envelope: unknown,
  receipt: string,
): Promise<Proven> {
  const env = parseEnvelope(envelope);
  const logKey = await parseVerifierKey(claim.log_vkey);
  const registrar = await parseVerifierKey(claim.registrar_vkey);
  const proven = await verifyReceipt(receipt, env, logKey, claim.origin);
  const payload = fromBase64(env.payload);
  const signature = fromBase64(env.signatures[0]?.sig ?? "");
  if (!(await verifyEd25519(registrar.pub, signature, pae(env.payloadType, payload)))) {
    throw new Distrust("登记不是登记员签署的", "the registrar did not sign the enrolment");
  }
  const event = JSON.parse(fromUtf8(payload)) as { [key: string]: Json };
  const body = (event["body"] ?? {}) as { [key: string]: Json };
  const { dev, ep, org, alg, pub, origin } = claim;
  const expected: Json = { dev, ep, org, alg, pub, purpose: "device" };
  const said: { [key: string]: Json } = {};
  for (const name of Object.keys(expected)) said[name] = body[name] ?? "";
  const same = canonical(said) === canonical(expected);
  if (!same || event["typ"] !== "key.enrol" || event["log"] !== origin) {
    throw new Distrust("台账中的登记不是本机的这把密钥", "the ledger did not enrol this key");
  }
  return proven;
}
