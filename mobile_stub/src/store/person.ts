/** Who handles the waste with this device: entered once, kept on it, never in clear in an event. */

import { disclose, type Disclosure } from "../core/disclosure";
import type { Database } from "./database";
import type { Device, Person } from "./model";

export async function readPerson(db: Database): Promise<Person> {
  return (await db.get("person", "current")) ?? { name: "", phone: "" };
}

export async function keepPerson(db: Database, person: Person): Promise<void> {
  const { name, phone } = person;
  await db.put("person", { name: name.trim(), phone: phone.trim() }, "current");
}

/** A carrier's person is the driver; with the others it is the one who handles the waste. */
export function isDriver(device: Device): boolean {
  return device.actions.some(({ typ }) => typ === "depart");
}

export async function disclosePerson(db: Database, device: Device): Promise<Disclosure[]> {
  const { name, phone } = await readPerson(db);
  const role = isDriver(device) ? "driver" : "handler";
  const known = [[`${role}_name`, name], [`${role}_phone`, phone]] as const;
  return Promise.all(known.filter(([, value]) => value !== "").map(([what, value]) => disclose(what, value)));
}
