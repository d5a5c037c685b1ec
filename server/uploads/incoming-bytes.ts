import { QueueError } from '#queue/errors.ts';
import type { BodyReader } from '../http/body-reader.ts';
import { Pace, type PaceLimits } from '../http/pace.ts';
import { SpentChunks } from '../http/spent-chunks.ts';

export interface IncomingSettings {
  readonly pace: PaceLimits;
  /** More than these are not taken. */
  readonly maxBytes: number;
  /** Ends it, with what came until then. */
  readonly closing: AbortSignal;
  /** Sees every chunk as it comes. */
  readonly onChunk?: ((chunk: Uint8Array) => void) | undefined;
}

/**
 * A body that is read in runs. Whatever ends it early, a line that breaks above all, leaves what came before it good:
 * the run ends there, and `failure` says why.
 */
export class IncomingBytes {
  /** Why there is no more, when that is not the end of the body. */
  failure: Error | undefined;
  readonly #body: BodyReader;
  readonly #settings: IncomingSettings;
  readonly #pace: Pace;
  readonly #spent = new SpentChunks();
  #bytes = 0;
  /** What came and was not taken yet. */
  #waiting: Uint8Array | undefined;
  #ended = false;
  /** Ends what is waited for now. */
  #giveUp: (error: unknown) => void = () => undefined;

  constructor(body: BodyReader, settings: IncomingSettings) {
    this.#body = body;
    this.#settings = settings;
    this.#pace = new Pace(settings.pace, (refusal) => this.#stop(refusal));
    settings.closing.addEventListener('abort', this.#onClosing);
    if (settings.closing.aborted) this.#onClosing();
  }

  /** Is there another byte? */
  async hasMore(): Promise<boolean> {
    while (this.#waiting === undefined && !this.#ended) await this.#read();
    return this.#waiting !== undefined;
  }

  /** The next bytes, at most `maxBytes`, as they come. */
  async *take(maxBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
    for (let left = maxBytes; left > 0 && (await this.hasMore());) {
      const chunk = this.#waiting;
      if (chunk === undefined) return;
      const taken = chunk.subarray(0, left);
      this.#waiting = taken.byteLength < chunk.byteLength ? chunk.subarray(left) : undefined;
      left -= taken.byteLength;
      this.#spent.arrived(taken);
      yield taken;
    }
  }

  /** Reads no more. */
  end(): void {
    this.#ended = true;
    this.#pace.end();
    this.#settings.closing.removeEventListener('abort', this.#onClosing);
    this.#body.stop();
  }

  readonly #onClosing = (): void => {
    this.#stop(
      new QueueError(
        'shutting_down',
        'The server is shutting down. What came of the upload is kept: go on with it in a moment.',
        { retryAfterSeconds: 5 },
      ),
    );
  };

  async #read(): Promise<void> {
    try {
      const chunk = await this.#pace.next(() => this.#unlessStopped(this.#body.next()));
      if (chunk === undefined) this.#ended = true;
      else this.#accept(chunk);
    } catch (cause) {
      this.#stop(this.failure ?? cutOff(cause));
    }
  }

  #accept(chunk: Uint8Array): void {
    const room = this.#settings.maxBytes - this.#bytes;
    if (chunk.byteLength > room) this.#stop(tooMuch(this.#settings.maxBytes));
    const taken = chunk.subarray(0, room);
    if (taken.byteLength === 0) return;
    if (this.#body.ownsChunks) this.#spent.sent(chunk);
    this.#bytes += taken.byteLength;
    this.#settings.onChunk?.(taken);
    this.#waiting = taken;
  }

  #unlessStopped<T>(promise: Promise<T>): Promise<T> {
    const { promise: settled, resolve, reject } = Promise.withResolvers<T>();
    promise.then(resolve, reject);
    this.#giveUp = reject;
    return settled;
  }

  #stop(failure: Error): void {
    this.failure ??= failure;
    this.#ended = true;
    this.#giveUp(failure);
  }
}

function cutOff(cause: unknown): QueueError {
  return new QueueError(
    'request_malformed',
    'The request ended before its body did. What came of the upload is kept: ask where it stands by HEAD, and go on from there.',
    { cause },
  );
}

function tooMuch(maxBytes: number): QueueError {
  return new QueueError(
    'request_too_large',
    `The upload lacks ${String(maxBytes)} bytes, and more were sent. Is it of another file?`,
    { fields: { max_bytes: maxBytes } },
  );
}
