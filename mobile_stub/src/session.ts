/** The one living state of the page: who we are, what is queued, whether the server answers. */

import { askForPersistence, openDatabase, readFork, readSeen, type Database } from "./store/database";
import { enrol } from "./store/enrol";
import type { Device, EventRecord, Fork, SeenCheckpoint } from "./store/model";
import { importQueue, listRecords, record, settle, type NewEvent } from "./store/queue";
import { syncOnce, type Outcome } from "./store/sync";

const RETRY_MS = 30_000;

export class Session {
  device: Device | undefined;
  records: readonly EventRecord[] = [];
  seen: SeenCheckpoint = { n: 0, root: "", note: "" };
  fork: Fork | undefined;
  outcome: Outcome = "idle";
  syncing = false;
  persistent = false;
  private readonly listeners = new Set<() => void>();
  private again = false;

  private constructor(readonly db: Database) {}

  static async open(): Promise<Session> {
    const session = new Session(await openDatabase());
    session.device = await session.db.get("device", "current");
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
    setInterval(attempt, RETRY_MS);
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

  get pending(): readonly EventRecord[] {
    return this.records.filter((entry) => entry.state === "pending");
  }

  async enrol(code: string, name: string): Promise<void> {
    this.device = await enrol(this.db, code, name);
    this.persistent = await askForPersistence();
    await this.refresh();
    void this.sync();
  }

  async record(event: Omit<NewEvent, "offline">): Promise<EventRecord> {
    if (!this.device) throw new Error("not enrolled");
    const entry = await record(this.db, this.device, { ...event, offline: !this.online });
    await this.refresh();
    void this.sync();
    return entry;
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

  async sync(): Promise<void> {
    if (!this.device || !navigator.onLine) return;
    if (this.syncing) {
      this.again = true;
      return;
    }
    this.syncing = true;
    this.changed();
    try {
      do {
        this.again = false;
        this.outcome = await syncOnce(this.db, this.device, () => void this.refresh());
      } while (this.again && this.outcome === "done");
    } finally {
      this.syncing = false;
      await this.refresh();
    }
  }

  private async refresh(): Promise<void> {
    const { db } = this;
    [this.records, this.seen, this.fork] = await Promise.all([
      listRecords(db), readSeen(db), readFork(db),
    ]);
    this.changed();
  }
}
