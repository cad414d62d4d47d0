/** The append-only queue: sign, then add record and chain state in one transaction. */

import { fromBase64, fromUtf8, type Bytes } from "../core/bytes";
import { canonicalBytes, type Json } from "../core/canonical";
import { parseEnvelope, seal, type Envelope } from "../core/dsse";
import { chainHash, eventPayload } from "../core/event";
import { signWith } from "../core/keys";
import { uuid7 } from "../core/uuid7";
import { type Database, readSeen } from "./database";
import { disclosePerson } from "./person";
import { ROTATE, RotationPending } from "./rotate";
import {
  searchKeys, type Chain, type Device, type EventRecord, type Summary,
} from "./model";

export interface NewEvent {
  readonly typ: string;
  readonly body: { [key: string]: Json };
  readonly offline: boolean;
  /** The site that the event is about, if it is not the device's own. */
  readonly site?: string | undefined;
}

/** What is signed, by the device as it is at that moment: another window may have changed its key. */
export type MakeEvent = (device: Device) => Promise<NewEvent>;

/** Signs and stores one event; two windows of one device cannot take the same `seq`. */
export async function record(db: Database, make: MakeEvent): Promise<EventRecord> {
  for (;;) {
    const chain = await readChain(db);
    if (chain.rotating) throw new RotationPending("the key is being replaced");
    const device = await db.get("device", "current");
    if (!device) throw new Error("not enrolled");
    const signed = await sign(db, device, await make(device), chain);
    if (await append(db, chain, signed)) return signed.entry;
  }
}

export async function readChain(db: Database): Promise<Chain> {
  return (await db.get("chain", "current")) ?? { seq: 0, prev: "" };
}

interface Signed {
  readonly entry: EventRecord;
  readonly next: Chain;
}

async function sign(db: Database, device: Device, event: NewEvent, chain: Chain): Promise<Signed> {
  const { dev, ep, act, org, origin } = device;
  const site = event.site ?? device.site;
  const at = new Date();
  const id = uuid7(at.getTime(), crypto.getRandomValues(new Uint8Array(16)));
  const seen = await readSeen(db);
  const { typ, offline } = event;
  const disclosures = typ === ROTATE ? [] : await disclosePerson(db, device);
  // In the order of the digests, which says nothing about the names.
  const pii = disclosures.map(({ digest }) => digest).sort();
  const body = pii.length ? { ...event.body, pii } : event.body;
  const payload = eventPayload({
    log: origin, typ, id, dev, ep, seq: chain.seq, prev: chain.prev, seen, at, offline, act, org,
    site, body,
  });
  const env = await seal(payload, `${dev}/${ep}`, (bytes) => signWith(device.key, bytes));
  const texts = disclosures.map(({ text }) => text);
  const entry = { ...describe(payload, env, false), ...(texts.length && { disclosures: texts }) };
  const next: Chain = { seq: chain.seq + 1, prev: await chainHash(payload) };
  return { entry, next: typ === ROTATE ? { ...next, rotating: true } : next };
}

/** Compare-and-set on the chain: false if another window appended in between. */
async function append(db: Database, expected: Chain, signed: Signed): Promise<boolean> {
  const tx = db.transaction(["chain", "records", "device"], "readwrite", {
    durability: "strict",
  });
  const now = (await tx.objectStore("chain").get("current")) ?? { seq: 0, prev: "" };
  const device = await tx.objectStore("device").get("current");
  const moved = now.seq !== expected.seq || now.prev !== expected.prev || now.rotating;
  if (moved || device?.dev !== signed.entry.dev || device.ep !== signed.entry.ep) {
    await tx.done;
    return false;
  }
  await Promise.all([
    tx.objectStore("records").add(signed.entry),
    tx.objectStore("chain").put(signed.next, "current"),
    tx.done,
  ]);
  return true;
}

/** Reads what the list shows out of the signed bytes themselves; throws if they are not ours. */
function describe(payload: Bytes, env: Envelope, imported: boolean): EventRecord {
  const event = JSON.parse(fromUtf8(payload)) as { [key: string]: Json };
  const { id, dev, ep, seq, typ, t } = event;
  if (
    typeof id !== "string" || typeof dev !== "string" || typeof ep !== "number" ||
    typeof seq !== "number" || typeof typ !== "string" || typeof t !== "string" ||
    fromUtf8(canonicalBytes(event)) !== fromUtf8(payload)
  ) {
    throw new Error("not an event of this product");
  }
  const body = (event["body"] ?? {}) as { [key: string]: Json };
  const listed = body["containers"];
  const containers = Array.isArray(listed) ? listed.map(String) : [];
  const find = searchKeys(containers, typeof body["manifest"] === "string" ? body["manifest"] : "");
  return { id, dev, ep, seq, typ, t, containers, find, env, state: "pending", imported };
}

const newestFirst = (a: EventRecord, b: EventRecord): number => (a.id < b.id ? 1 : -1);

/** The newest `limit` records (their ids are in the order of time) and all that were refused. */
export async function listRecords(db: Database, limit: number): Promise<EventRecord[]> {
  const refused = await db.getAllFromIndex("records", "state", "refused", limit);
  const { store } = db.transaction("records");
  let oldest = await store.openKeyCursor(null, "prev");
  const newest = oldest?.primaryKey;
  if (oldest && limit > 1) oldest = await oldest.advance(limit - 1);
  const range = oldest ? IDBKeyRange.lowerBound(oldest.primaryKey) : undefined;
  const found = newest === undefined ? [] : await store.getAll(range);
  const shown = new Set(found.map(({ id }) => id));
  return [...found, ...refused.filter(({ id }) => !shown.has(id))].sort(newestFirst);
}

/** Records about a code, by its beginning, or by its end from the date on; newest first. */
export async function findRecords(db: Database, text: string, limit: number): Promise<EventRecord[]> {
  const range = IDBKeyRange.bound(text, `${text}\uffff`);
  const found = await db.getAllFromIndex("records", "find", range, 2 * limit);
  const once = new Map(found.map((entry) => [entry.id, entry]));
  return [...once.values()].sort(newestFirst).slice(0, limit);
}

export async function summarise(db: Database): Promise<Summary> {
  const index = db.transaction("records").store.index("state");
  const [pending, refused, total, first] = await Promise.all([
    index.count("pending"), index.count("refused"), index.count(), index.openCursor("pending"),
  ]);
  return { pending, refused, total, oldest: first?.value.t };
}

/** In the order in which they were made: device by device, along the chain. */
export async function pendingRecords(db: Database): Promise<EventRecord[]> {
  const all = await db.getAllFromIndex("records", "state", "pending");
  return all.sort((a, b) => (a.dev === b.dev && a.ep === b.ep ? a.seq - b.seq : a.id < b.id ? -1 : 1));
}

/** Changes the state of a record; the signed envelope stays the one that was added. */
export async function settle(
  db: Database,
  id: string,
  change: Pick<EventRecord, "state" | "proof" | "refusal" | "fault" | "disclosures">,
): Promise<void> {
  const tx = db.transaction("records", "readwrite");
  const current = await tx.store.get(id);
  if (current) await tx.store.put({ ...current, ...change });
  await tx.done;
}

const PAGE = 500;

/** Every record, oldest first, in pieces: half a year of them is no text for a small device. */
export async function exportQueue(db: Database, device: Device): Promise<Blob> {
  const { dev, ep, org, origin } = device;
  const chain = (await db.get("chain", "current")) ?? { seq: 0, prev: "" };
  const exported = new Date().toISOString();
  const head = { kind: "waste-trace-hwq", v: 1, dev, ep, org, origin, exported, chain };
  const parts: Blob[] = [new Blob([`${JSON.stringify(head).slice(0, -1)},"records":[`])];
  let after: string | undefined;
  for (;;) {
    const range = after === undefined ? undefined : IDBKeyRange.lowerBound(after, true);
    const page = await db.getAll("records", range, PAGE);
    if (page.length === 0) break;
    const lines = page.map(({ env, state }) => JSON.stringify({ env, state })).join(",\n");
    parts.push(new Blob([after === undefined ? "\n" : ",\n", lines]));
    after = page[page.length - 1]?.id;
  }
  return new Blob([...parts, "\n]}\n"], { type: "application/octet-stream" });
}

/** Idempotent: a record that is already here stays as it is. Returns how many were new. */
export async function importQueue(db: Database, text: string): Promise<number> {
  const file = JSON.parse(text) as { kind?: unknown; v?: unknown; records?: unknown };
  if (file.kind !== "waste-trace-hwq" || file.v !== 1 || !Array.isArray(file.records)) {
    throw new Error("not a .hwq file");
  }
  const entries = file.records.map((item: { env?: unknown }) => {
    const env = parseEnvelope(item.env);
    return describe(fromBase64(env.payload), env, true);
  });
  const tx = db.transaction("records", "readwrite");
  let added = 0;
  for (const entry of entries) {
    if (await tx.store.get(entry.id)) continue;
    await tx.store.add(entry);
    added += 1;
  }
  await tx.done;
  return added;
}
