/** DSSE v1: the pre-authentication encoding and the envelope with exactly one signature. */

import { base64, concat, utf8, type Bytes } from "./bytes";

export const EVENT_TYPE = "application/vnd.waste-trace.event.v1+json";

export type Envelope = {
  payload: string;
  payloadType: string;
  signatures: { keyid: string; sig: string }[];
};

export function pae(payloadType: string, payload: Bytes): Bytes {
  const type = utf8(payloadType);
  return concat(utf8(`DSSEv1 ${type.length} `), type, utf8(` ${payload.length} `), payload);
}

export async function seal(
  payload: Bytes,
  keyid: string,
  sign: (message: Bytes) => Promise<Bytes>,
): Promise<Envelope> {
  const sig = await sign(pae(EVENT_TYPE, payload));
  return {
    payload: base64(payload),
    payloadType: EVENT_TYPE,
    signatures: [{ keyid, sig: base64(sig) }],
  };
}

/** Picks the three members out of unknown JSON, or throws: an imported file proves nothing. */
export function parseEnvelope(value: unknown): Envelope {
  const env = value as Partial<Envelope> | null;
  const signature = env?.signatures?.[0];
  if (
    typeof env?.payload !== "string" ||
    env.payloadType !== EVENT_TYPE ||
    env.signatures?.length !== 1 ||
    typeof signature?.keyid !== "string" ||
    typeof signature.sig !== "string"
  ) {
    throw new Error("not an event envelope");
  }
  const { payload, payloadType } = env;
  return { payload, payloadType, signatures: [{ keyid: signature.keyid, sig: signature.sig }] };
}
