import { abortReason } from '../abort-reason.ts';
import { resultKey } from '../blob-keys.ts';
import type { ClientQueue, Submission } from '../client-queue.ts';
import { QueueError } from '../errors.ts';
import type { CancelledItem, CompletedItem, FailedItem, Item, StoredJob } from '../job.ts';
import { watchSteps } from '../watching.ts';
import type { RoutesHost } from './host.ts';

/** Someone waits for the answer, so these jobs go before the queue's usual ones. */
const WAITED_PRIORITY = 9;

export type OverItem = CompletedItem | FailedItem | CancelledItem;

/**
 * A job whose client waits for it: queued like any other, and deleted with all its bytes by `close`, whatever its
 * state. Waiting ends early when the client goes away, time is up, or the host shuts down.
 */
export class WaitedJob {
  readonly stored: StoredJob;
  readonly #host: RoutesHost;
  readonly #client: ClientQueue;
  readonly #abandoned = new AbortController();
  readonly #timeout: AbortSignal;
  readonly #signal: AbortSignal;

  private constructor(host: RoutesHost, client: ClientQueue, stored: StoredJob, gone: AbortSignal) {
    this.#host = host;
    this.#client = client;
    this.stored = stored;
    this.#timeout = AbortSignal.timeout(host.syncTimeoutSeconds * 1000);
    const signals = [gone, this.#abandoned.signal, this.#timeout];
    this.#signal = AbortSignal.any(host.closing === undefined ? signals : [...signals, host.closing]);
  }

  /** @param request tells whose job it is, and when the client goes away */
  static async submit(host: RoutesHost, submission: Submission, request: Request): Promise<WaitedJob> {
    const client = host.clientOf(request);
    const first = { ...submission, priority: WAITED_PRIORITY, idempotencyKey: null };
    const { stored } = await client.submit(first);
    return new WaitedJob(host, client, stored, request.signal);
  }

  /**
   * The job's items in their order, each as soon as it is over.
   * @throws QueueError `timed_out`, `shutting_down`, `job_not_found` when someone deleted the job; and the client's
   *   own reason when that goes away
   */
  async *overItems(): AsyncGenerator<OverItem, void, undefined> {
    const { store } = this.#host.queue;
    const total = this.stored.items.length;
    let index = 0;
    for await (const step of watchSteps(store, { signal: this.#signal, idleSeconds: 5 })) {
      void step;
      const { items } = await this.#client.get(this.stored.job.id);
      for (let item = items[index]; item !== undefined && isOver(item); item = items[index]) {
        index += 1;
        yield item;
        if (index === total) return;
      }
    }
    throw this.#whyStopped();
  }

  /** The only item of a job of one, when it is over. @throws as `overItems` does */
  async onlyItem(): Promise<OverItem> {
    for await (const item of this.overItems()) return item;
    throw new Error(`Job ${this.stored.job.id} has no items.`);
  }

  async result(item: CompletedItem): Promise<Blob> {
    const blob = await this.#host.queue.blobs.get(resultKey(item));
    if (blob === undefined) throw new Error(`The result of item ${item.id} is gone.`);
    return blob;
  }

  /** Nobody waits any more: what is pending never starts, and what is under way stops. */
  async close(): Promise<void> {
    this.#abandoned.abort();
    await this.#client.remove(this.stored.job.id).catch(() => undefined);
  }

  #whyStopped(): unknown {
    const { closing, syncTimeoutSeconds } = this.#host;
    if (closing?.aborted) {
      return new QueueError(
        'shutting_down',
        'The server is shutting down. Send the request again in a moment.',
      );
    }
    if (!this.#timeout.aborted) return abortReason(this.#signal);
    return new QueueError(
      'timed_out',
      `The result was not ready within ${String(syncTimeoutSeconds)} seconds. Use POST /queue/submit, which does not wait.`,
    );
  }
}

function isOver(item: Item): item is OverItem {
  return item.state !== 'pending' && item.state !== 'processing';
}

/** Why an item has no result. */
export function whyNot(item: FailedItem | CancelledItem): QueueError {
  if (item.state === 'failed') {
    return new QueueError('image_failed', item.failure.message, { fields: { cause: item.failure } });
  }
  return new QueueError('result_not_found', 'The job was cancelled before its result was ready.');
}
