/** Enrolment: a one-time code becomes a device with its own key, proven by signing the code. */

import { base64, utf8 } from "../core/bytes";
import { createDeviceKey, signWith } from "../core/keys";
import { verifyEnrolment } from "../core/enrolment";
import { type Database, roundTripKey } from "./database";
import type { Device, Enrolment, SeenCheckpoint } from "./model";
import { callServer } from "./problem";

export function enrolmentStatement(code: string, alg: string, pub: string): string {
  return `waste-trace-enrol-v1\n${code}\n${alg}\n${pub}`;
}

/** Throws `Refused`, `Unreachable`, or Error if this browser cannot keep a key. */
export async function enrol(db: Database, code: string, name: string): Promise<Device> {
  const key = await createDeviceKey((candidate) => roundTripKey(db, candidate));
  const { alg, pub } = key;
  const proof = base64(await signWith(key, utf8(enrolmentStatement(code, alg, pub))));
  const answer = await callServer("/v1/devices/enrol", { code, alg, pub, name, proof });
  const enrolment = parseEnrolment(answer);
  const { envelope } = answer as { envelope?: unknown };
  const proven = await verifyEnrolment({ ...enrolment, alg, pub }, envelope, enrolment.receipt);
  const { checkpoint, note, index } = proven;
  // The root under which the ledger proved our own enrolment bounds all later ones.
  const seen = { n: checkpoint.size, root: base64(checkpoint.root), note };
  const device: Device = { ...enrolment, name, key, keys_upto: index, log_at: checkpoint.size };
  await become(db, device, seen);
  return device;
}

/** A new identity starts a new chain; what we know about a ledger outlives the identity. */
async function become(db: Database, device: Device, seen: SeenCheckpoint): Promise<void> {
  const tx = db.transaction(["device", "chain", "ledger", "keys", "withdrawn", "progress"], "readwrite");
  const before = await tx.objectStore("device").get("current");
  const work: Promise<unknown>[] = [
    tx.objectStore("device").put(device, "current"),
    tx.objectStore("chain").put({ seq: 0, prev: "" }, "current"),
    tx.objectStore("keys").delete("candidate"),
  ];
  if (before?.origin !== device.origin) {
    work.push(tx.objectStore("ledger").put(seen, "seen"));
    work.push(tx.objectStore("ledger").delete("fork"));
    work.push(tx.objectStore("withdrawn").clear(), tx.objectStore("progress").clear());
  }
  await Promise.all([...work, tx.done]);
}

function parseEnrolment(value: unknown): Enrolment {
  const answer = value as Enrolment;
  const texts = [answer.dev, answer.org, answer.origin, answer.log_vkey, answer.receipt];
  const complete =
    texts.every((text) => typeof text === "string" && text !== "") &&
    Number.isInteger(answer.ep) &&
    Array.isArray(answer.actions) &&
    typeof answer.issuers === "object";
  if (!complete) throw new Error("incomplete enrolment answer");
  const { dev, ep, org, org_name, act, site, origin, log_vkey, registrar_vkey } = answer;
  const { actions, issuers, receipt } = answer;
  return {
    dev, ep, org, org_name, act, site, origin, log_vkey, registrar_vkey, actions, issuers, receipt,
  };
}
