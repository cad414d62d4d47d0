/** The one living state of the page: who we are, what is queued, whether the server answers. */

import { readScan, type Scan } from "./core/token";
import { askForPersistence, openDatabase, readFork, readSeen, type Database } from "./store/database";
import { readRounds, readTicks } from "./store/briefing";
import { enrol } from "./store/enrol";
import type {
  Device, EventRecord, Fault, Fork, Person, Round, SeenCheckpoint, Summary, Ticks,
} from "./store/model";
import {
  findRecords, importQueue, listRecords, readChain, record, settle, summarise, type NewEvent,
} from "./store/queue";
import { keepPerson, readPerson } from "./store/person";
import { rotate } from "./store/rotate";
import { syncOnce, type Outcome } from "./store/sync";
import { isWithdrawn } from "./store/withdrawn";

const RETRY_MS = 30_000;
/** How often the ledger is looked at while there is nothing to send. */
const LOOK_MS = 300_000;
/** A long list is a slow list on a small device; search finds the rest, and export holds it. */
const SHOWN = 200;
const REFRESH_MS = 400;

export class Session {
  device: Device | undefined;
  /** The newest records, or those that the search found. */
  records: readonly EventRecord[] = [];
  summary: Summary = { pending: 0, refused: 0, total: 0, oldest: undefined };
  search = "";
  doubt: Fault | undefined;
  seen: SeenCheckpoint = { n: 0, root: "", note: "" };
  fork: Fork | undefined;
  person: Person = { name: "", phone: "" };
  /** Today's rounds as they were synced last, and what this device has recorded of their doors. */
  rounds: readonly Round[] = [];
  ticks: Ticks = new Map();
  rotating = false;
  outcome: Outcome = "idle";
  syncing = false;
  persistent = false;
  private readonly listeners = new Set<() => void>();
  private again = false;
  private looked = 0;

  private constructor(readonly db: Database) {}

  static async open(): Promise<Session> {
    const session = new Session(await openDatabase());
    await session.refresh();
    return session;
  }

  /** Sync is tried at the start, when the network returns, when the page is shown, and in time. */
  keepSyncing(): void {
    const attempt = (): void => void this.sync();
    addEventListener("online", attempt);
    addEventListener("offline", () => this.changed());
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") attempt();
    });
    setInterval(() => void this.sync(Date.now() - this.looked > LOOK_MS), RETRY_MS);
    attempt();
  }

  subscribe(listener: () => void): void {
    this.listeners.add(listener);
  }

  changed(): void {
    this.listeners.forEach((listener) => listener());
  }

  /** `navigator.onLine` alone would call a yard with Wi-Fi but no server "online". */
  get online(): boolean {
    return navigator.onLine && this.outcome !== "unreachable";
  }

  /** What a scanned text is, by the issuers and the withdrawn labels that this device knows. */
  read(text: string): Promise<Scan> {
    const withdrawn = (id: string, rotation: number): Promise<boolean> =>
      isWithdrawn(this.db, id, rotation);
    return readScan(text, this.device?.issuers ?? {}, withdrawn);
  }

  async find(text: string): Promise<void> {
    this.search = text;
    await this.refresh();
  }

  async enrol(code: string, name: string): Promise<void> {
    this.device = await enrol(this.db, code, name);
    this.persistent = await askForPersistence();
    await this.refresh();
    void this.sync();
  }

  async record(event: Omit<NewEvent, "offline">): Promise<EventRecord> {
    if (!this.device) throw new Error("not enrolled");
    const entry = await record(this.db, async () => ({ ...event, offline: !this.online }));
    await this.refresh();
    void this.sync();
    return entry;
  }

  /** The device gets a new key; until the ledger's receipt is here nothing else is recorded. */
  async rotate(): Promise<void> {
    await rotate(this.db);
    await this.refresh();
    await this.sync();
  }

  async keepPerson(person: Person): Promise<void> {
    await keepPerson(this.db, person);
    await this.refresh();
  }

  async import(text: string): Promise<number> {
    const added = await importQueue(this.db, text);
    await this.refresh();
    void this.sync();
    return added;
  }

  async sendAgain(id: string): Promise<void> {
    await settle(this.db, id, { state: "pending" });
    await this.refresh();
    void this.sync();
  }

  /** `looking`: at the ledger too, not only at what waits to be sent. */
  async sync(looking = true): Promise<void> {
    if (!this.device || !navigator.onLine) return;
    if (this.syncing) {
      this.again = true;
      return;
    }
    this.syncing = true;
    if (looking) this.looked = Date.now();
    this.changed();
    let shown = Date.now();
    const progress = (): void => {
      if (Date.now() - shown < REFRESH_MS) return;
      shown = Date.now();
      void this.refresh();
    };
    try {
      do {
        this.again = false;
        const result = await syncOnce(this.db, this.device, looking, progress);
        this.outcome = result.outcome;
        if (looking) this.doubt = result.doubt;
      } while (this.again && this.outcome === "done");
    } finally {
      this.syncing = false;
      await this.refresh();
    }
  }

  private async refresh(): Promise<void> {
    const { db, search } = this;
    const listed = search ? findRecords(db, search, SHOWN) : listRecords(db, SHOWN);
    const [records, summary, seen, fork, device, person, chain] = await Promise.all([
      listed, summarise(db), readSeen(db), readFork(db), db.get("device", "current"),
      readPerson(db), readChain(db),
    ]);
    const { day, midnight } = today();
    this.rounds = await readRounds(db, device, day);
    this.ticks = this.rounds.length ? await readTicks(db, midnight) : new Map();
    // Two refreshes may overtake each other; what was searched for in between counts.
    if (search === this.search) this.records = records;
    [this.summary, this.seen, this.fork] = [summary, seen, fork];
    [this.device, this.person, this.rotating] = [device, person, chain.rotating === true];
    this.changed();
  }
}

/** The day in Shanghai, wherever the device thinks that it is, and when it began. */
function today(): { day: string; midnight: Date } {
  const day = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  return { day, midnight: new Date(`${day}T00:00:00+08:00`) };
}
