import type { BlobKey } from '#queue/blobs.ts';
import { QueueError } from '#queue/errors.ts';
import { displayName } from '#queue/filename.ts';
import { backgroundKey } from '#queue/blob-keys.ts';
import type { AcceptedFile, Submission } from '#queue/client-queue.ts';
import { WaitedJob } from '#queue/routes/waited-job.ts';
import { MAX_FETCH_BYTES } from './fetch-image.ts';
import type { CompatHost } from './host.ts';

interface Source {
  readonly body: Blob | ReadableStream<Uint8Array>;
  readonly filename: string;
  readonly mediaType: string;
}

/**
 * The images of one request on their way into storage, under the id of the job that is to be. Whoever makes one calls
 * `drop` when the request is refused.
 */
export class SourceImages {
  readonly #host: CompatHost;
  readonly #request: Request;
  readonly #jobId: string;
  #input: AcceptedFile | undefined;
  #backgroundBytes: number | undefined;

  constructor(host: CompatHost, request: Request) {
    this.#host = host;
    this.#request = request;
    this.#jobId = host.queue.newId();
  }

  get hasInput(): boolean {
    return this.#input !== undefined;
  }

  get hasBackground(): boolean {
    return this.#backgroundBytes !== undefined;
  }

  /** @throws QueueError */
  async takeInput({ body, filename, mediaType }: Source, maxBytes?: number): Promise<void> {
    const bytes = await this.#store(
      { jobId: this.#jobId, index: 0, kind: 'input' },
      body,
      mediaType,
      maxBytes,
    );
    this.#input = { filename: displayName(filename, 0), mediaType, bytes };
  }

  /** @throws QueueError */
  async takeBackground({ body, mediaType }: Source, maxBytes?: number): Promise<void> {
    this.#backgroundBytes = await this.#store(backgroundKey(this.#jobId), body, mediaType, maxBytes);
  }

  /** @throws QueueError */
  async fetchInput(url: string): Promise<void> {
    await this.#fetch(url, (source) => this.takeInput(source, MAX_FETCH_BYTES));
  }

  /** @throws QueueError */
  async fetchBackground(url: string): Promise<void> {
    await this.#fetch(url, (source) => this.takeBackground(source, MAX_FETCH_BYTES));
  }

  async #fetch(url: string, take: (source: Source) => Promise<void>): Promise<void> {
    const source = await this.#host.fetchImage(url, this.#request.signal);
    try {
      await take(source);
    } catch (cause) {
      if (cause instanceof QueueError || this.#request.signal.aborted) throw cause;
      throw new QueueError('url_unreachable', `The image at the URL stopped coming in before its end.`, {
        cause,
      });
    }
  }

  async #store(key: BlobKey, body: Source['body'], mediaType: string, maxBytes = Infinity): Promise<number> {
    const { bytes } = await this.#host.queue.blobs.put(key, body, {
      mediaType: mediaType === '' ? 'application/octet-stream' : mediaType,
      maxBytes: Math.min(maxBytes, this.#host.formLimits.maxFileBytes),
      signal: this.#request.signal,
    });
    return bytes;
  }

  /** Queues the job that these images are for. */
  submit(wishes: Pick<Submission, 'model' | 'options'>): Promise<WaitedJob> {
    const files = this.#input === undefined ? [] : [this.#input];
    const submission: Submission = {
      jobId: this.#jobId,
      files,
      backgroundBytes: this.#backgroundBytes,
      priority: 9,
      idempotencyKey: null,
      ...wishes,
    };
    return WaitedJob.submit(this.#host, submission, this.#request);
  }

  async drop(): Promise<void> {
    await this.#host.queue.blobs.removeJob(this.#jobId);
  }
}

/** Reads a file that nobody asked for to its end, so that what follows it in the form is reached. */
export async function drain(body: Blob | ReadableStream<Uint8Array>): Promise<void> {
  if (!(body instanceof Blob)) await body.pipeTo(new WritableStream());
}
