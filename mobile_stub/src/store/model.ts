/** What the handheld remembers: who it is, its chain, its newest checkpoint, its records. */

import type { Envelope } from "../core/dsse";
import type { Seen } from "../core/event";
import type { DeviceKey } from "../core/keys";

export interface Action {
  readonly typ: string;
  readonly zh: string;
  readonly en: string;
  /** Inputs by name, `containers` among them; see the form for the names it knows. */
  readonly needs: readonly string[];
}

export interface Enrolment {
  readonly dev: string;
  readonly ep: number;
  readonly org: string;
  readonly org_name: string;
  readonly act: string;
  readonly site: string;
  readonly origin: string;
  readonly log_vkey: string;
  readonly registrar_vkey: string;
  readonly actions: readonly Action[];
  readonly issuers: Record<string, string>;
  readonly receipt: string;
}

export interface Device extends Enrolment {
  readonly name: string;
  readonly key: DeviceKey;
  /** Changes of the registrar's and the log's key have been followed up to this leaf. */
  readonly keys_upto?: number;
  /** What leaves below this index say of the log's key is past. */
  readonly log_at?: number;
}

/** Where the device's own chain stands: the next `seq` and the hash to quote. */
export interface Chain {
  readonly seq: number;
  readonly prev: string;
  /** The key has signed its last event, the rotation, and signs nothing more. */
  readonly rotating?: boolean | undefined;
}

/** Who handles the waste; both may be empty. */
export interface Person {
  readonly name: string;
  readonly phone: string;
}

/** The newest checkpoint that this device verified, with the note that proves it. */
export interface SeenCheckpoint extends Seen {
  readonly note: string;
}

/** A waste that a producer asked to be collected, by their own estimate. */
export interface Expected {
  readonly waste_code: string;
  readonly weight_kg: string;
  readonly packages: number;
}

/** A door of a round; the contact stands beside the ledger and may be empty. */
export interface Stop {
  readonly producer: string;
  readonly producer_name: string;
  readonly outcome: string;
  readonly wastes: readonly Expected[];
  readonly contact: {
    readonly contact_name?: string; readonly contact_phone?: string; readonly contact_address?: string;
  };
}

export interface Round {
  readonly round: string;
  /** Of Asia/Shanghai: 2026-11-25. */
  readonly day: string;
  readonly vehicle_plate: string;
  readonly stops: readonly Stop[];
}

/** Rounds as they were synced last, for this device. */
export interface Briefing {
  readonly dev: string;
  readonly version: string;
  readonly rounds: readonly Round[];
}

/** What this device's own records say of doors, by unit. */
export type Ticks = ReadonlyMap<string, { readonly outcome: string; readonly state: string }>;

/** Two checkpoints signed by the log that cannot both be true. Kept for ever as evidence. */
export interface Fork {
  readonly at: string;
  readonly ours: string;
  readonly theirs: string;
}

export interface Refusal {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
  readonly do_zh: string;
  readonly do_en: string;
}

export type State = "pending" | "accepted" | "refused";

export interface Proof {
  readonly index: number;
  readonly ms: number;
  readonly receipt: string;
}

export interface Fault {
  readonly zh: string;
  readonly en: string;
}

export interface EventRecord {
  readonly id: string;
  readonly dev: string;
  readonly ep: number;
  readonly seq: number;
  readonly typ: string;
  readonly t: string;
  readonly containers: readonly string[];
  /** What it is found by, see `searchKeys`. */
  readonly find: readonly string[];
  readonly env: Envelope;
  /** Personal data that goes beside it, until the ledger has it. */
  readonly disclosures?: readonly string[] | undefined;
  readonly state: State;
  /** Came from another device's export; never part of this device's chain. */
  readonly imported: boolean;
  readonly proof?: Proof | undefined;
  readonly refusal?: Refusal | undefined;
  /** Why the last try to send did not end in a verified receipt. */
  readonly fault?: Fault | undefined;
}

/** Container codes from both of their ends (whole, and from the date on) and the manifest number. */
export function searchKeys(containers: readonly string[], manifest: string): string[] {
  const keys = containers.flatMap((id) => [id, id.slice(-11)]);
  return [...new Set(manifest ? [...keys, manifest] : keys)];
}

/** What stands in the queue, without reading it all. */
export interface Summary {
  readonly pending: number;
  readonly refused: number;
  readonly total: number;
  /** Claimed time of the oldest record that was not sent. */
  readonly oldest: string | undefined;
}
