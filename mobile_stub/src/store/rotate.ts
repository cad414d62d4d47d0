/** Changes the device's key: the old one names the new one, as the last event that it signs. */

import { createDeviceKey } from "../core/keys";
import { type Database, roundTripKey } from "./database";
import type { EventRecord } from "./model";
import { readChain, record } from "./queue";

export const ROTATE = "key.rotate";

/** The key's last event is signed and waits for its receipt; nothing is signed until then. */
export class RotationPending extends Error {}

/** Signs `key.rotate` and queues it. The new key signs from its receipt on; where the ledger
 * refuses it, the old key stays. */
export async function rotate(db: Database): Promise<EventRecord> {
  const key = await createDeviceKey((candidate) => roundTripKey(db, candidate));
  await db.put("keys", key, "next");
  await db.delete("keys", "candidate");
  return record(db, async (device) => {
    const { seq, prev } = await readChain(db);
    const { alg, pub } = key;
    return {
      typ: ROTATE,
      body: { ep: device.ep + 1, alg, pub, last_seq: seq - 1, last_hash: prev },
      offline: false,
    };
  });
}

/** The receipt of the rotation is here: a new epoch begins with an empty chain. */
export async function useNextKey(db: Database, rotation: EventRecord): Promise<void> {
  const tx = db.transaction(["device", "chain", "keys"], "readwrite", { durability: "strict" });
  const device = await tx.objectStore("device").get("current");
  const key = await tx.objectStore("keys").get("next");
  if (device && key && device.dev === rotation.dev && device.ep === rotation.ep) {
    await Promise.all([
      tx.objectStore("device").put({ ...device, ep: device.ep + 1, key }, "current"),
      tx.objectStore("chain").put({ seq: 0, prev: "" }, "current"),
      tx.objectStore("keys").delete("next"),
    ]);
  }
  await tx.done;
}

/** The ledger does not want the new key: the old one goes on. */
export async function keepOldKey(db: Database, rotation: EventRecord): Promise<void> {
  const tx = db.transaction(["device", "chain", "keys"], "readwrite");
  const device = await tx.objectStore("device").get("current");
  const chain = await tx.objectStore("chain").get("current");
  if (device && chain && device.dev === rotation.dev && device.ep === rotation.ep) {
    await tx.objectStore("chain").put({ seq: chain.seq, prev: chain.prev }, "current");
    await tx.objectStore("keys").delete("next");
  }
  await tx.done;
}
