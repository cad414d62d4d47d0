/** The device key: made here, never extractable, Ed25519 or (older engines) P-256. */

import { base64, type Bytes } from "./bytes";

export type Algorithm = "ed25519" | "p256";

export interface DeviceKey {
  readonly alg: Algorithm;
  /** Raw public key in base64: 32 bytes, or the 65-byte uncompressed point. */
  readonly pub: string;
  readonly pair: CryptoKeyPair;
}

/** Keeps a value where the product will keep it and reads it back. */
export type RoundTrip = (key: DeviceKey) => Promise<DeviceKey>;

const GENERATE = { ed25519: "Ed25519", p256: { name: "ECDSA", namedCurve: "P-256" } } as const;
const SIGN = { ed25519: "Ed25519", p256: { name: "ECDSA", hash: "SHA-256" } } as const;

export async function signWith(key: DeviceKey, message: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign(SIGN[key.alg], key.pair.privateKey, message));
}

/** Tries Ed25519, then P-256; a key counts only after it came back from storage and signed. */
export async function createDeviceKey(roundTrip: RoundTrip): Promise<DeviceKey> {
  const reasons: string[] = [];
  for (const alg of ["ed25519", "p256"] as const) {
    try {
      return await provenKey(alg, roundTrip);
    } catch (error) {
      reasons.push(`${alg}: ${String(error)}`);
    }
  }
  throw new Error(reasons.join("; "));
}

async function provenKey(alg: Algorithm, roundTrip: RoundTrip): Promise<DeviceKey> {
  const usages: KeyUsage[] = ["sign", "verify"];
  const pair = (await crypto.subtle.generateKey(GENERATE[alg], false, usages)) as CryptoKeyPair;
  const pub = base64(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
  const key = await roundTrip({ alg, pub, pair });
  const probe = crypto.getRandomValues(new Uint8Array(32));
  const signature = await signWith(key, probe);
  if (!(await crypto.subtle.verify(SIGN[alg], key.pair.publicKey, signature, probe))) {
    throw new Error("self-test failed");
  }
  if (key.pair.privateKey.extractable) throw new Error("key is extractable");
  return key;
}
