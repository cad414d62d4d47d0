/** Verifies Ed25519: by WebCrypto where the engine has it, else in software (older PDA engines). */

import { sha256, type Bytes } from "./bytes";

let native: boolean | undefined;

/** True if WebCrypto of this engine knows Ed25519 (Chrome 137+, Safari 17+, Firefox 129+). */
export async function hasNativeEd25519(): Promise<boolean> {
  if (native === undefined) {
    try {
      await crypto.subtle.importKey("raw", new Uint8Array(32), "Ed25519", false, ["verify"]);
      native = true;
    } catch (error) {
      native = error instanceof DOMException && error.name !== "NotSupportedError";
    }
  }
  return native;
}

/** Never throws: malformed keys and signatures are simply not valid. */
export async function verifyEd25519(pub: Bytes, signature: Bytes, message: Bytes): Promise<boolean> {
  if (pub.length !== 32 || signature.length !== 64) return false;
  try {
    if (await hasNativeEd25519()) {
      const key = await crypto.subtle.importKey("raw", pub, "Ed25519", false, ["verify"]);
      return await crypto.subtle.verify("Ed25519", key, signature, message);
    }
    const software = await import("@noble/ed25519");
    return await software.verifyAsync(signature, message, pub, { zip215: false });
  } catch {
    return false;
  }
}

/** First four bytes of SHA-256(public key), upper-case hex: how a label names its issuer. */
export async function keyFingerprint(pub: Bytes): Promise<string> {
  const digest = await sha256(pub);
  return Array.from(digest.slice(0, 4), (b) => b.toString(16).padStart(2, "0").toUpperCase()).join("");
}
