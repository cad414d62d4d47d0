/** Personal data beside an event: the event holds salted digests, the plaintext travels beside it. */

import { base64url, sha256, type Bytes } from "./bytes";
import { canonicalBytes } from "./canonical";

const SALT_BYTES = 16;

export interface Disclosure {
  /** base64url(SHA-256(canonical [salt, name, value])): what is signed. */
  readonly digest: string;
  /** base64url of the same bytes: what goes beside the event and can be erased there. */
  readonly text: string;
}

/** A salt is used once: the same person has another digest in every event. */
export async function disclose(name: string, value: string): Promise<Disclosure> {
  const salt = base64url(crypto.getRandomValues(new Uint8Array(SALT_BYTES)));
  const bytes: Bytes = canonicalBytes([salt, name, value]);
  return { digest: base64url(await sha256(bytes)), text: base64url(bytes) };
}
