/** Builds the device-signed event payload; every member is named in the API guide. */

import { base64url, sha256, type Bytes } from "./bytes";
import { canonicalBytes, type Json } from "./canonical";

export interface Seen {
  readonly n: number;
  /** base64 of 32 bytes; "" when nothing has been verified yet. */
  readonly root: string;
}

export interface EventFacts {
  readonly log: string;
  readonly typ: string;
  readonly id: string;
  readonly dev: string;
  readonly ep: number;
  readonly seq: number;
  readonly prev: string;
  readonly seen: Seen;
  readonly at: Date;
  readonly offline: boolean;
  readonly act: string;
  readonly org: string;
  readonly site: string;
  readonly body: { [key: string]: Json };
}

export function eventPayload(facts: EventFacts): Bytes {
  const { log, typ, id, dev, ep, seq, prev, act, org, site, body } = facts;
  const seen = { n: facts.seen.n, root: facts.seen.root };
  const t = facts.at.toISOString();
  const off = facts.offline;
  return canonicalBytes({ v: 1, log, typ, id, dev, ep, seq, prev, seen, t, off, act, org, site, body });
}

/** What the next event of this device must quote as `prev`. */
export async function chainHash(payload: Bytes): Promise<string> {
  return base64url(await sha256(payload));
}
