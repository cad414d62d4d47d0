/** IndexedDB: one database; signed bytes are only ever added, their state may change. */

import { openDB, type DBSchema, type IDBPDatabase } from "idb";

import type { DeviceKey } from "../core/keys";
import {
  searchKeys, type Briefing, type Chain, type Device, type EventRecord, type Fork, type Person,
  type SeenCheckpoint, type State,
} from "./model";

interface Schema extends DBSchema {
  device: { key: "current"; value: Device };
  keys: { key: "candidate" | "next"; value: DeviceKey };
  chain: { key: "current"; value: Chain };
  ledger: { key: "seen" | "fork"; value: SeenCheckpoint | Fork };
  records: {
    key: string;
    value: EventRecord;
    indexes: { state: State; find: string };
  };
  withdrawn: { key: string; value: true };
  progress: { key: "withdrawn"; value: number };
  person: { key: "current"; value: Person };
  briefing: { key: "current"; value: Briefing };
}

export type Database = IDBPDatabase<Schema>;

export function openDatabase(): Promise<Database> {
  return openDB<Schema>("waste-trace-handheld", 4, {
    async upgrade(db, before, _now, tx) {
      if (before < 1) {
        db.createObjectStore("device");
        db.createObjectStore("keys");
        db.createObjectStore("chain");
        db.createObjectStore("ledger");
        db.createObjectStore("records", { keyPath: "id" });
      }
      db.createObjectStore("briefing");
      if (before < 3) db.createObjectStore("person");
      if (before >= 2) return;
      db.createObjectStore("withdrawn");
      db.createObjectStore("progress");
      const records = tx.objectStore("records");
      records.createIndex("state", "state");
      records.createIndex("find", "find", { multiEntry: true });
      for (let at = await records.openCursor(); at; at = await at.continue()) {
        await at.update({ ...at.value, find: searchKeys(at.value.containers, "") });
      }
    },
    // A second window with newer code must not wait for ever behind this one.
    blocking(_now, _next, event) {
      (event.target as IDBDatabase).close();
    },
  });
}

export async function readSeen(db: Database): Promise<SeenCheckpoint> {
  const seen = (await db.get("ledger", "seen")) as SeenCheckpoint | undefined;
  return seen ?? { n: 0, root: "", note: "" };
}

export async function readFork(db: Database): Promise<Fork | undefined> {
  return (await db.get("ledger", "fork")) as Fork | undefined;
}

export async function roundTripKey(db: Database, key: DeviceKey): Promise<DeviceKey> {
  await db.put("keys", key, "candidate");
  const back = await db.get("keys", "candidate");
  if (!back) throw new Error("the key did not come back from storage");
  return back;
}

/** Best effort: browsers grant it only to installed or often used pages. */
export async function askForPersistence(): Promise<boolean> {
  try {
    return (await navigator.storage?.persist?.()) ?? false;
  } catch {
    return false;
  }
}
