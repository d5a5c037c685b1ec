import { OffcutError } from '#client/errors.ts';
import { createHttp, type Http } from '#client/http.ts';
import { backgroundKey, inputKey } from '#queue/blob-keys.ts';
import type { BlobStore } from '#queue/blobs.ts';
import { QueueError } from '#queue/errors.ts';
import { changesWire } from '#queue/wire.ts';
import { judge } from '#sync/failures.ts';
import type { Placed } from '#sync/stored.ts';
import type { WishRequest } from '#sync/wishes.ts';
import type { OutgoingFile, OutgoingJob, SendJob, ServerLink } from './interface.ts';
import type { SyncStore } from './sync-store.ts';

export interface ExchangeParts {
  readonly store: SyncStore;
  readonly blobs: BlobStore;
  readonly link: ServerLink;
  readonly send: SendJob;
  /** How many bytes may be fetched that nobody on this device asked for. */
  readonly spareBytes: () => Promise<number>;
  readonly onSending?: ((jobId: string, fraction: number) => void) | undefined;
}

const FEED = { changes: 'object', next_since: 'number', feed: 'string' } as const;
const ACTION = { job_id: 'string', message: 'string' } as const;
/** Of requests that carry little. */
const PATIENCE_SECONDS = 30;
const SLOWEST_BYTES_PER_SECOND = 20_000;
/** Results of other devices beyond this wait until somebody asks for them. */
const MOST_UNASKED_BYTES = 64 * 1024 * 1024;

/**
 * What is exchanged with the server, one step a call. A step that fails throws what the client throws and has changed
 * nothing but what it had to note before its request; it may be called again at any time, here or by another tab.
 */
export class Exchange {
  readonly #parts: ExchangeParts;
  readonly #http: Http;
  /** Requests that the server refused, by job: the same again would be as well. */
  readonly #refused = new Map<string, string>();

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
    this.#http = createHttp(parts.link);
  }

  /** All that there is to do, once, in the order in which it makes least work. */
  async pass(signal: AbortSignal): Promise<void> {
    do {
      await this.pull(signal);
      while (await this.bury(signal));
    } while (await this.wish(signal));
    while (await this.sendNext(signal));
    await this.pull(signal);
    while (await this.fetchNext(signal));
  }

  /** Reads the feed to its end. */
  async pull(signal: AbortSignal): Promise<void> {
    const { store } = this.#parts;
    for (let all = false; !all;) {
      signal.throwIfAborted();
      const cursor = await store.cursor();
      const path = `/queue/changes?since=${String(cursor.since)}`;
      const answer = changesWire.parse(await this.#http.json(path, FEED, { signal: soon(signal) }));
      all = await store.apply(cursor, answer);
    }
  }

  /** Has one deleted job deleted there. @returns whether there was one */
  async bury(signal: AbortSignal): Promise<boolean> {
    const { store } = this.#parts;
    const grave = await store.nextGrave();
    if (grave?.remoteId === undefined) return false;
    const path = `/queue/job/${encodeURIComponent(grave.remoteId)}`;
    const request = this.#http.json(path, ACTION, { method: 'DELETE', signal: soon(signal) });
    // Gone is gone, and what it refuses it would refuse again.
    await request.catch(passRefusal);
    await store.buried(grave);
    return true;
  }

  /** Sends what users wish of jobs. @returns whether anything was sent: then the feed tells what came of it */
  async wish(signal: AbortSignal): Promise<boolean> {
    const { store } = this.#parts;
    const begun = await store.beginWishes();
    for (const { jobId, request } of begun) {
      const text = JSON.stringify(request);
      if (this.#refused.get(jobId) === text) {
        await store.dropWish(jobId, request);
        continue;
      }
      await this.#wish(request, signal).catch((cause: unknown) => {
        passRefusal(cause);
        this.#refused.set(jobId, text);
      });
    }
    return begun.length > 0;
  }

  async #wish({ kind, remoteId, run }: WishRequest, signal: AbortSignal): Promise<void> {
    const path = `/queue/job/${encodeURIComponent(remoteId)}/${kind}?run=${String(run)}`;
    await this.#http.json(path, ACTION, { method: 'POST', signal: soon(signal) });
  }

  /** Sends the oldest job that waits for it. @returns whether there was one */
  async sendNext(signal: AbortSignal): Promise<boolean> {
    const { store, send, link, onSending } = this.#parts;
    const placed = await store.beginSending();
    if (placed === undefined) return false;
    const { items, job } = placed;
    const { id } = job;
    const outgoing = await this.#outgoing(placed);
    if (outgoing === undefined) {
      await store.refused(id, {
        code: 'input_not_found',
        message: 'The photo is no longer on this device, so it could not be sent. Add it again.',
      });
      return true;
    }
    const onFraction = (fraction: number) => onSending?.(id, fraction);
    try {
      const bytes = items.reduce((sum, { inputBytes }) => sum + inputBytes, outgoing.background?.size ?? 0);
      const { remoteId } = await send(link, outgoing, { signal: patient(signal, bytes), onFraction });
      await store.accepted(id, remoteId);
    } catch (cause) {
      const { code, message } = asRefusal(cause);
      await store.refused(id, { code, message });
    }
    return true;
  }

  async #outgoing({ job, items }: Placed): Promise<OutgoingJob | undefined> {
    const { blobs } = this.#parts;
    const files: OutgoingFile[] = [];
    for (const item of items) {
      const blob = await blobs.get(inputKey(item));
      if (blob === undefined) return undefined;
      files.push({ name: item.filename, blob: blob.slice(0, blob.size, item.inputMediaType) });
    }
    const background =
      job.options.background === 'image' ? await blobs.get(backgroundKey(job.id)) : undefined;
    const { id: idempotencyKey, model, options, priority } = job;
    return { idempotencyKey, files, background, model, options, priority };
  }

  /** Fetches one result that is not here yet. @returns whether there was one */
  async fetchNext(signal: AbortSignal): Promise<boolean> {
    const { store } = this.#parts;
    const next = await store.nextResult();
    if (next === undefined) return false;
    const { placed, index } = next;
    const { job } = placed;
    const about = job.place.seen?.items[index];
    if (job.place.delivery.state !== 'accepted' || about === undefined) return false;
    if (!(await this.#mayFetch(placed, about.bytes ?? 0))) {
      await store.setResults(job.id, 'held');
      return true;
    }
    const path = `/queue/job/${encodeURIComponent(job.place.delivery.remoteId)}/result/${String(index)}`;
    try {
      const blob = await this.#fetch(path, about.bytes, signal);
      await store.keepResult(job.id, index, blob, {
        mediaType: blob.type,
        bytes: blob.size,
        width: about.width ?? 0,
        height: about.height ?? 0,
        warnings: about.warnings,
      });
    } catch (cause) {
      if (cause instanceof QueueError && cause.code === 'storage_full')
        await store.setResults(job.id, 'held');
      else if (asRefusal(cause).code !== 'job_not_found') await store.loseResult(job.id, index);
      // The feed will say that the job is gone; until then it is asked for no more.
      else await store.setResults(job.id, 'held');
    }
    return true;
  }

  async #mayFetch({ job }: Placed, bytes: number): Promise<boolean> {
    if (job.place.origin === 'here' || job.place.results === 'asked') return true;
    return bytes <= Math.min(MOST_UNASKED_BYTES, await this.#parts.spareBytes());
  }

  async #fetch(path: string, bytes: number | null, signal: AbortSignal): Promise<Blob> {
    const response = await this.#http.open(path, { signal: patient(signal, bytes ?? 0) });
    const blob = await response.blob().catch((cause: unknown) => {
      signal.throwIfAborted();
      throw new OffcutError('unreachable', 0, 'The connection broke while a result came.', { cause });
    });
    if (bytes === null || blob.size === bytes) return blob;
    throw new OffcutError(
      'unreachable',
      0,
      `A result came with ${String(blob.size)} of ${String(bytes)} bytes.`,
    );
  }
}

/** The caller's signal, or time. */
function soon(signal: AbortSignal): AbortSignal {
  return patient(signal, 0);
}

/** …enough of it for so many bytes on a slow line, and an end to waiting for one that is dead. */
function patient(signal: AbortSignal, bytes: number): AbortSignal {
  const seconds = PATIENCE_SECONDS + bytes / SLOWEST_BYTES_PER_SECOND;
  return AbortSignal.any([signal, AbortSignal.timeout(Math.round(seconds * 1000))]);
}

/** @throws what is no refusal of this very request */
function asRefusal(cause: unknown): OffcutError {
  if (cause instanceof OffcutError && judge(cause).kind === 'refusal') return cause;
  throw cause;
}

function passRefusal(cause: unknown): void {
  asRefusal(cause);
}
