/** Multipart bodies, changed at random, against what reads and stores them. Never a crash, a hang, a 500, or a left-over. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { LOCAL_TENANT } from '#queue/job.ts';
import { ClientQueue } from '#queue/client-queue.ts';
import { QueueError } from '#queue/errors.ts';
import { DEFAULT_FORM_LIMITS } from '#queue/form.ts';
import { takeIn } from '#queue/intake.ts';
import { Queue } from '#queue/queue.ts';
import { openDiskBlobs } from '../../server/blobs/disk.ts';
import { createReadForm } from '../../server/http/read-form.ts';
import { openSqliteStore } from '../../server/stores/sqlite/store.ts';
import { listModels } from '../../server/models/list.ts';
import { mutate } from './mutate.ts';
import { Chance } from './random.ts';

const HANG_MS = 10_000;
const BOUNDARY = 'x-fuzz-17';
const TYPE = `multipart/form-data; boundary=${BOUNDARY}`;
/** The parser is asked in pieces of any size, as a network gives them. */
const PIECES = [1, 7, 100, 4096, 65_536] as const;

const part = (headers: string, body: string) => `--${BOUNDARY}\r\n${headers}\r\n\r\n${body}\r\n`;
const file = (name: string, filename: string, body: string) =>
  part(
    `Content-Disposition: form-data; name="${name}"; filename="${filename}"\r\nContent-Type: image/png`,
    body,
  );
const field = (name: string, value: string) => part(`Content-Disposition: form-data; name="${name}"`, value);
const form = (...parts: string[]) => Buffer.from(`${parts.join('')}--${BOUNDARY}--\r\n`, 'latin1');

const SEEDS = [
  form(file('images', 'a.png', '\x89PNG\r\n\x1a\n'.padEnd(300, '\0'))),
  form(file('images', 'a.png', 'x'.repeat(9_000)), file('images', 'b.png', ''), field('model', 'u2netp')),
  form(field('format', 'webp'), field('background', '#fff'), file('images[]', 'ü "q".png', 'y'.repeat(200))),
  form(file('background_image', 'b.png', 'z'), field('background', 'image'), file('images', 'a.png', 'w')),
  form(file('other', 'o.png', 'x'.repeat(500)), file('images', '', '\r\n--'), field('priority', '9')),
] as const;

/** A store and a folder of their own, and how to send one body to them. */
export async function openFormTarget() {
  const folder = await mkdtemp(path.join(tmpdir(), 'offcut-fuzz-'));
  const blobsFolder = path.join(folder, 'blobs');
  const store = openSqliteStore(path.join(folder, 'queue.sqlite'));
  const queue = new Queue({
    store,
    blobs: await openDiskBlobs(blobsFolder),
    now: Date.now,
    newId: () => crypto.randomUUID(),
    random: Math.random,
  });
  const client = new ClientQueue(queue, LOCAL_TENANT);
  const readForm = createReadForm({
    maxBytes: 100_000,
    maxPixels: 1e8,
    pace: { totalSeconds: 60, idleSeconds: 60 },
    admit: async () => undefined,
  });
  const models = (await listModels()).map((model) => ({ ...model, installed: true }));
  const limits = { ...DEFAULT_FORM_LIMITS, maxFileBytes: 8_000, maxFiles: 20, maxFields: 10 };

  async function accept(request: Request): Promise<number> {
    try {
      const submission = await takeIn(request, {
        queue,
        readForm,
        limits,
        models: async () => models,
        installHint: async () => '',
        field: 'images',
      });
      const { stored } = await client.submit(submission);
      await client.remove(stored.job.id);
      return 200;
    } catch (cause) {
      if (cause instanceof QueueError && cause.status < 500) return cause.status;
      throw cause;
    }
  }

  return {
    /** @throws {Error} for whatever a client must never see */
    async send(body: Uint8Array, contentType: string, pieceBytes: number): Promise<number> {
      // `duplex` is not in the DOM's types yet.
      const init: RequestInit & { duplex: 'half' } = {
        method: 'POST',
        headers: { 'content-type': contentType },
        body: inPieces(body, pieceBytes),
        duplex: 'half',
      };
      const request = new Request('http://localhost/queue/submit', init);
      const status = await within(HANG_MS, accept(request));
      const left = await readdir(blobsFolder, { recursive: true, withFileTypes: true });
      const files = left.filter((entry) => entry.isFile()).map(({ name }) => name);
      if (files.length > 0) throw new Error(`Left behind: ${files.join(', ')}`);
      return status;
    },
    async [Symbol.asyncDispose]() {
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function inPieces(body: Uint8Array, pieceBytes: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull: (controller) => {
      if (at >= body.length) controller.close();
      else controller.enqueue(body.slice(at, (at += pieceBytes)));
    },
  });
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new Error(`No answer within ${String(milliseconds)} ms.`));
  }, milliseconds);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Round number `round` of a seed: one body, changed. */
export function formOf(
  seed: number,
  round: number,
): { body: Buffer; contentType: string; pieceBytes: number } {
  const chance = new Chance(seed + round);
  const body = mutate(chance.oneOf(SEEDS), chance);
  const contentType = chance.next() < 0.1 ? headerText(mutate(Buffer.from(TYPE), chance)) : TYPE;
  return { body, contentType, pieceBytes: chance.oneOf(PIECES) };
}

/** What an HTTP parser would let through as a header. */
function headerText(bytes: Buffer): string {
  return `multipart/form-data${bytes
    .toString('latin1')
    .replace(/[^\x20-\x7e]/g, '')
    .slice(19)}`;
}

export const WHOLE_FORMS: readonly Buffer[] = SEEDS;
export const WHOLE_TYPE = TYPE;
