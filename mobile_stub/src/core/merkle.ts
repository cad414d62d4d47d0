/** RFC 6962 / RFC 9162 §2.1.3-2.1.4: recomputes roots from inclusion and consistency proofs. */

import { sameBytes, sha256, type Bytes } from "./bytes";

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export function leafHash(leaf: Uint8Array): Promise<Bytes> {
  return sha256(LEAF, leaf);
}

function node(left: Bytes, right: Bytes): Promise<Bytes> {
  return sha256(NODE, left, right);
}

// Sizes go up to 2^53, beyond the 32 bits of JavaScript's shifts: halve with arithmetic.
const half = (n: number): number => Math.floor(n / 2);
const odd = (n: number): boolean => n % 2 === 1;

function isPowerOfTwo(n: number): boolean {
  while (n > 1 && !odd(n)) n = half(n);
  return n === 1;
}

export async function verifyInclusion(
  hash: Bytes,
  index: number,
  size: number,
  proof: readonly Bytes[],
  root: Bytes,
): Promise<boolean> {
  if (index < 0 || index >= size || proof.some((p) => p.length !== 32)) return false;
  let fn = index;
  let sn = size - 1;
  let running = hash;
  for (const sibling of proof) {
    if (sn === 0) return false;
    if (odd(fn) || fn === sn) {
      running = await node(sibling, running);
      while (!odd(fn) && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else {
      running = await node(running, sibling);
    }
    fn = half(fn);
    sn = half(sn);
  }
  return sn === 0 && sameBytes(running, root);
}

export async function verifyConsistency(
  size1: number,
  root1: Bytes,
  size2: number,
  root2: Bytes,
  proof: readonly Bytes[],
): Promise<boolean> {
  if (size1 < 1 || size1 > size2 || proof.some((p) => p.length !== 32)) return false;
  if (size1 === size2) return proof.length === 0 && sameBytes(root1, root2);
  let fn = size1 - 1;
  let sn = size2 - 1;
  while (odd(fn)) {
    fn = half(fn);
    sn = half(sn);
  }
  // A power of two is itself a subtree of the larger tree, so its root starts the path.
  const path = isPowerOfTwo(size1) ? [root1, ...proof] : [...proof];
  const first = path.shift();
  if (!first) return false;
  let old = first;
  let now = first;
  for (const sibling of path) {
    if (sn === 0) return false;
    if (odd(fn) || fn === sn) {
      old = await node(sibling, old);
      now = await node(sibling, now);
      while (!odd(fn) && fn !== 0) {
        fn = half(fn);
        sn = half(sn);
      }
    } else {
      now = await node(now, sibling);
    }
    fn = half(fn);
    sn = half(sn);
  }
  return sn === 0 && sameBytes(old, root1) && sameBytes(now, root2);
}
