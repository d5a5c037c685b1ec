/** Held by the tab that works for all tabs. The browser frees it when that tab is gone, however it went. */
export const LEADER_LOCK = 'offcut-leader';

/** What leading means: work until `signal` aborts, then settle. */
export type Lead = (signal: AbortSignal) => Promise<void>;

/**
 * Stands for leader: waits for the lock and leads while it is held, until resigned. One of all tabs leads at a time.
 * Where there are no Web Locks every tab leads: leases keep two from taking the same image.
 */
export class Campaign {
  readonly #locks: LockManager | undefined;
  readonly #lead: Lead;
  #resign: AbortController | undefined;
  #over: Promise<void> = Promise.resolve();

  constructor(locks: LockManager | undefined, lead: Lead) {
    this.#locks = locks;
    this.#lead = lead;
  }

  start(): void {
    if (this.#resign !== undefined) return;
    const resign = new AbortController();
    this.#resign = resign;
    this.#over = this.#over.then(() => this.#run(resign.signal));
  }

  /** Resolves when the work has settled and the lock is free. */
  async stop(): Promise<void> {
    this.#resign?.abort();
    this.#resign = undefined;
    await this.#over;
  }

  async #run(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const lead = () =>
      this.#lead(signal).catch((cause: unknown) => {
        console.error('The leader stopped', cause);
      });
    if (this.#locks === undefined) return lead();
    try {
      // The signal ends the wait for the lock; once it is held, `lead` ends by it.
      await this.#locks.request(LEADER_LOCK, { signal }, lead);
    } catch (cause) {
      if (!signal.aborted) throw cause;
    }
  }
}
