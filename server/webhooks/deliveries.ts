import { setTimeout as pause } from 'node:timers/promises';
import type { Failure, Job, StoredJob, Webhook } from '#queue/job.ts';
import type { Queue } from '#queue/queue.ts';
import type { Logger } from '../log.ts';
import { callWebhook, type Caller, type Outcome } from './call.ts';
import { delayMillis, MOST_ATTEMPTS } from './schedule.ts';
import { Slots } from './slots.ts';

/** What a tenant's webhooks are signed with, or why there is nothing. */
export type SecretOf = (
  tenant: string,
) => Promise<{ readonly bytes: Buffer } | { readonly failure: Failure }>;

export interface DeliverySettings {
  readonly queue: Queue;
  readonly caller: Caller;
  readonly secretOf: SecretOf;
  readonly log: Logger;
}

/** How long a try is its server's: over the 10 seconds that a receiver has. Then it was killed, and another tries. */
const LEASE_MILLIS = 15_000;
/** How soon it looks again unasked: for what falls due by time alone. */
const POLL_MILLIS = 2000;
/** Between two looks, however much happens. */
const REST_MILLIS = 100;
const PAGE = 500;
/** Where all of a page waits for slow receivers, it makes room for what comes after it. */
const STEP_BACK_MILLIS = 15_000;

type Due = Webhook & { readonly state: 'due' };

/**
 * Tells the receivers of webhooks. Before a try its `dueAt` is moved on by a compare-and-set, and its outcome counts
 * only while that stands: two servers on one storage never try at the same time, and after a crash another one does,
 * so that a receiver is told at least once.
 */
export class Deliveries {
  readonly #settings: DeliverySettings;
  readonly #slots = new Slots();
  readonly #running = new Set<Promise<void>>();
  readonly #stopping = new AbortController();
  readonly #closing = new AbortController();
  #wake: () => void = () => undefined;
  #loop: Promise<void> | undefined;

  constructor(settings: DeliverySettings) {
    this.#settings = settings;
  }

  start(): void {
    this.#loop ??= this.#run();
  }

  /** Begins no more, and gives what is under way so long to end; the next server goes on with the rest. */
  async stop(graceSeconds: number): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    await this.#loop;
    const force = setTimeout(() => this.#closing.abort(), graceSeconds * 1000);
    await Promise.all(this.#running);
    clearTimeout(force);
  }

  async #run(): Promise<void> {
    const { queue, log } = this.#settings;
    const { signal } = this.#stopping;
    const unwatch = queue.store.watch(() => this.#wake());
    while (!signal.aborted) {
      const { promise: woken, resolve } = Promise.withResolvers<void>();
      // Armed before looking, so that nothing in between is missed.
      this.#wake = resolve;
      await this.#fill().catch((err: unknown) => log.error({ event: 'storage_failed', err }));
      await pause(REST_MILLIS, undefined, { signal }).catch(() => undefined);
      const poll = setTimeout(resolve, POLL_MILLIS);
      await woken;
      clearTimeout(poll);
    }
    unwatch();
  }

  /** Begins what is due and has a slot, the longest due first. */
  async #fill(): Promise<void> {
    const { queue } = this.#settings;
    for (;;) {
      const due = await queue.store.dueWebhooks(queue.now(), PAGE);
      let begun = 0;
      for (const job of due) {
        if (this.#slots.full || this.#stopping.signal.aborted) return;
        if (await this.#begin(job)) begun += 1;
      }
      // A slot that falls free wakes the loop.
      if (due.length < PAGE || begun > 0) return;
      for (const job of due) await this.#stepBack(job);
    }
  }

  async #stepBack({ id, webhook }: Job): Promise<void> {
    if (webhook?.state !== 'due') return;
    await this.#replace(id, webhook, { ...webhook, dueAt: this.#settings.queue.now() + STEP_BACK_MILLIS });
  }

  /** False when it must wait for a slot. */
  async #begin(job: Job): Promise<boolean> {
    const { queue, log } = this.#settings;
    const { webhook, tenant } = job;
    if (webhook?.state !== 'due') return true;
    const release = this.#slots.take({ host: URL.parse(webhook.url)?.host ?? '', tenant });
    if (release === undefined) return false;
    const claimed = { ...webhook, dueAt: queue.now() + LEASE_MILLIS, attempt: webhook.attempt + 1 };
    const isOurs = await this.#replace(job.id, webhook, claimed).catch((cause: unknown) => {
      release();
      throw cause;
    });
    if (!isOurs) {
      release();
      return true;
    }
    const task = this.#attempt(job, claimed)
      .catch((err: unknown) => log.error({ event: 'storage_failed', err }))
      .finally(() => {
        release();
        this.#running.delete(task);
        this.#wake();
      });
    this.#running.add(task);
    return true;
  }

  async #attempt(job: Job, claimed: Due): Promise<void> {
    const { queue, log } = this.#settings;
    const stored = await queue.store.get(job.id);
    if (stored === undefined) return;
    const outcome = await this.#outcome(stored, claimed);
    const next = this.#after(claimed, outcome);
    if (!(await this.#replace(job.id, claimed, next))) return;
    const about = { job: job.id, host: URL.parse(claimed.url)?.host, attempt: claimed.attempt };
    if (outcome.kind === 'delivered') log.info({ event: 'webhook_delivered', ...about });
    else
      log.warn({
        event: 'webhook_failed',
        ...about,
        failure: outcome.failure,
        final: next.state === 'failed',
      });
  }

  async #outcome(stored: StoredJob, { url, attempt, failure }: Due): Promise<Outcome> {
    if (attempt > MOST_ATTEMPTS) {
      // Whoever made the last try was killed during it.
      const unknown = { code: 'webhook_interrupted', message: 'The last try ended without an outcome.' };
      return { kind: 'failed', failure: failure ?? unknown, final: true };
    }
    const secret = await this.#settings.secretOf(stored.job.tenant);
    if ('failure' in secret) return { kind: 'failed', failure: secret.failure, final: true };
    return callWebhook(this.#settings.caller, url, stored, secret.bytes, this.#closing.signal);
  }

  #after({ url, attempt }: Due, outcome: Outcome): Webhook {
    const now = this.#settings.queue.now();
    if (outcome.kind === 'delivered') return { url, state: 'delivered', at: now, attempt };
    const { failure, final } = outcome;
    const delay = final ? undefined : delayMillis(attempt, Math.random());
    return delay === undefined
      ? { url, state: 'failed', at: now, attempt, failure }
      : { url, state: 'due', dueAt: now + delay, attempt, failure };
  }

  /** False when the webhook is not as it was: another server has it, or the job was queued again. */
  async #replace(jobId: string, expected: Due, next: Webhook): Promise<boolean> {
    const changed = await this.#settings.queue.store.changeJob(jobId, (job) => {
      const { webhook } = job;
      const same =
        webhook?.state === 'due' && webhook.dueAt === expected.dueAt && webhook.attempt === expected.attempt;
      return same ? { ...job, webhook: next } : undefined;
    });
    return changed !== undefined;
  }
}
