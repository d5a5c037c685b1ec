import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import { QueueError } from '#queue/errors.ts';
import type { FormLimits, IncomingFile, ReadForm } from '#queue/form.ts';
import { displayName } from '#queue/filename.ts';
import { toBody } from '#queue/routes/stream.ts';
import { malformedForm, tooManyFiles } from '#queue/read-whole-form.ts';
import type { Config } from '../config.ts';
import { bodyOf, type BodyReader } from './body-reader.ts';
import { FirstLook } from './first-look.ts';
import { SpentChunks } from './spent-chunks.ts';
import { Pace, type PaceLimits } from './pace.ts';

type OnFile = (file: IncomingFile) => Promise<void>;

/** Bytes of small files that have been parsed already wait in memory: at most this many files. */
const WAITING_FILES = 4;

/** What a body may be, besides the limits of its form. */
export interface BodyLimits {
  readonly maxBytes: number;
  /** Of each image, width × height. */
  readonly maxPixels: number;
  readonly pace: PaceLimits;
  /** Refuses before anything is read. */
  readonly admit: () => Promise<void>;
}

export function bodyLimits(config: Config, admit: BodyLimits['admit']): BodyLimits {
  const { maxRequestBytes, maxPixels, uploadSeconds, uploadIdleSeconds } = config;
  const pace = { totalSeconds: uploadSeconds, idleSeconds: uploadIdleSeconds };
  return { maxBytes: maxRequestBytes, maxPixels, pace, admit };
}

/** `ReadForm` that streams: a file's bytes go on as they come in, and the client is slowed down to that pace. */
export function createReadForm(body: BodyLimits): ReadForm {
  return async (request, onFile, limits) => {
    const declared = Number(request.headers.get('content-length') ?? 0);
    if (declared > body.maxBytes) throw requestTooLarge(body.maxBytes);
    await body.admit();
    const form = new StreamedForm(request, onFile, limits, body);
    await form.read();
    return form.fields;
  };
}

function requestTooLarge(maxBytes: number): QueueError {
  const megabytes = Math.floor(maxBytes / 1024 / 1024);
  return new QueueError(
    'request_too_large',
    `A request may have at most ${megabytes} MB. Send the images in several requests.`,
    { fields: { max_bytes: maxBytes } },
  );
}

/** One form on its way in. The first thing that goes wrong ends it all. */
class StreamedForm {
  readonly fields = new Map<string, string>();
  readonly #request: Request;
  readonly #onFile: OnFile;
  readonly #parser: BusboyInstance;
  readonly #finished: Promise<void>;
  readonly #limits: BodyLimits;
  readonly #pace: Pace;
  readonly #spent = new SpentChunks();
  /** Settles when all files so far are handled; one after another, in order. */
  #files: Promise<void> = Promise.resolve();
  readonly #open = new Set<BusboyFileStream>();
  #failure: { readonly error: unknown } | undefined;
  /** Ends what `#wait` waits for now. */
  #giveUp: (error: unknown) => void = () => undefined;
  #fileHandled: () => void = () => undefined;

  constructor(request: Request, onFile: OnFile, limits: FormLimits, body: BodyLimits) {
    this.#request = request;
    this.#onFile = onFile;
    this.#limits = body;
    this.#parser = createParser(request, limits);
    this.#parser
      .on('file', (field, stream, filename, _encoding, mediaType) => {
        this.#take(stream, { field: field ?? '', filename: filename ?? '', mediaType });
      })
      .on('field', (name, value, _nameCut, valueCut) => {
        if (valueCut) this.#fail(fieldTooLong(name, limits.maxFieldBytes));
        else this.fields.set(name ?? '', value);
      })
      .on('filesLimit', () => this.#fail(tooManyFiles(limits.maxFiles)))
      .on('fieldsLimit', () => this.#fail(tooManyFields(limits.maxFields)))
      .on('error', (error) => this.#fail(malformedForm(error)));
    // From the start: a form whose first boundary is its last is finished while it is written.
    this.#finished = new Promise((resolve) => this.#parser.once('finish', () => resolve()));
    this.#pace = new Pace(body.pace, (refusal) => this.#fail(refusal));
  }

  /** @throws the first thing that went wrong, when all that was begun has ended */
  async read(): Promise<void> {
    const body = bodyOf(this.#request);
    try {
      if (body === undefined) throw malformedForm(undefined);
      await this.#pump(body);
      this.#parser.end();
      await this.#wait(this.#finished);
      await this.#wait(this.#files);
    } catch (error) {
      this.#fail(error);
      body?.stop();
      await this.#files;
    } finally {
      this.#pace.end();
    }
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #pump(body: BodyReader): Promise<void> {
    const { maxBytes } = this.#limits;
    for (let bytes = 0; ;) {
      const value = await this.#pace
        .next(() => this.#wait(body.next()))
        .catch((error: unknown) => {
          throw this.#failure === undefined ? malformedForm(error) : error;
        });
      if (value === undefined) return;
      bytes += value.byteLength;
      if (bytes > maxBytes) throw requestTooLarge(maxBytes);
      if (body.ownsChunks) this.#spent.sent(value);
      await this.#wait(new Promise<void>((resolve) => this.#parser.write(value, () => resolve())));
      while (this.#open.size > WAITING_FILES) await this.#wait(this.#nextFile());
    }
  }

  #take(stream: BusboyFileStream, about: Omit<IncomingFile, 'body'>): void {
    this.#open.add(stream);
    // The parser reports on the stream itself that the form ended within it; `body` passes that on.
    stream.on('error', () => undefined);
    const look = new FirstLook(this.#limits.maxPixels, displayName(about.filename, 0));
    const body = toBody(lookedAt(stream, look, this.#spent));
    this.#files = this.#files.then(async () => {
      try {
        if (this.#failure === undefined) await this.#onFile({ ...about, body });
      } catch (error) {
        this.#fail(error);
      }
      this.#open.delete(stream);
      this.#fileHandled();
    });
  }

  #nextFile(): Promise<void> {
    return new Promise((resolve) => {
      this.#fileHandled = resolve;
    });
  }

  /** As `promise`, or ended by the first failure, whichever comes first. One at a time. */
  #wait<T>(promise: Promise<T>): Promise<T> {
    const { promise: settled, resolve, reject } = Promise.withResolvers<T>();
    promise.then(resolve, reject);
    this.#giveUp = reject;
    if (this.#failure !== undefined) reject(this.#failure.error);
    return settled;
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    for (const stream of this.#open)
      stream.destroy(error instanceof Error ? error : new Error(String(error)));
    this.#giveUp(error);
  }
}

async function* lookedAt(
  stream: BusboyFileStream,
  look: FirstLook,
  spent: SpentChunks,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    look.see(chunk);
    spent.arrived(chunk);
    yield chunk;
  }
  look.judge();
}

function createParser(request: Request, { maxFileBytes, maxFiles, maxFields, maxFieldBytes }: FormLimits) {
  try {
    return new Busboy({
      headers: { 'content-type': request.headers.get('content-type') ?? '' },
      limits: {
        // One more than allowed, so that whoever stores the file sees that it is too large.
        fileSize: maxFileBytes + 1,
        files: maxFiles,
        fields: maxFields,
        fieldSize: maxFieldBytes,
        headerPairs: 50,
        headerSize: 16 * 1024,
      },
    });
  } catch (cause) {
    throw malformedForm(cause);
  }
}

function fieldTooLong(name: string, maxBytes: number): QueueError {
  return new QueueError('option_invalid', `The field "${name}" has more than ${maxBytes} bytes.`);
}

function tooManyFields(maxFields: number): QueueError {
  return new QueueError('option_invalid', `A form may have at most ${maxFields} fields that are no files.`);
}
