/** The client of src/lib/client against the real server. */
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import { createClient, OffcutError, type OffcutClient } from '#client/index.ts';
import { jobListWire, jobWire, modelsWire, statsWire, submitWire, type JobWire } from '#queue/wire.ts';
import { brokenPhoto, photo } from '../contract/api-photos.ts';
import { TestServer } from '../support/server.ts';

const UNKNOWN_ID = '01890000-0000-7000-8000-000000000000';

let server: TestServer;
let offcut: OffcutClient;
let image: { blob: Blob; name: string };
let broken: { blob: Blob; name: string };

beforeAll(async () => {
  server = await TestServer.start();
  offcut = createClient({ baseUrl: `${server.url}/` });
  const { bytes, type, filename } = await photo('furball');
  image = { blob: new Blob([new Uint8Array(bytes)], { type }), name: filename };
  broken = { blob: new Blob([new Uint8Array(brokenPhoto().bytes)]), name: 'broken.png' };
});
afterAll(() => server[Symbol.asyncDispose]());

const refusal = async (work: Promise<unknown>): Promise<OffcutError> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(OffcutError);
  return error as OffcutError;
};

const manyImages = (count: number) => Array.from({ length: count }, () => image);

describe('a job from its images to its results', () => {
  test('submit, watch, results, zip, remove', async () => {
    const { job_id: id, files_count: count } = await offcut.submit([image, image], {
      format: 'webp',
      crop: true,
    });
    expect(count).toBe(2);
    const states: JobWire[] = [];
    for await (const state of offcut.watch(id)) states.push(state);
    expect(states.at(-1)).toMatchObject({
      status: 'completed',
      progress: { total: 2, processed: 2, failed: 0 },
    });
    const seen = states.map((state) => JSON.stringify(state));
    expect(new Set(seen).size, 'each state differs from the one before').toBe(seen.length);

    const files: { index: number; filename: string; type: string; bytes: number }[] = [];
    for await (const file of offcut.results(id)) {
      const { size } = await file.blob();
      files.push({ index: file.index, filename: file.filename, type: file.type, bytes: size });
    }
    expect(files).toMatchObject([
      { index: 0, filename: 'furball.webp', type: 'image/webp' },
      { index: 1, filename: 'furball.webp', type: 'image/webp' },
    ]);
    expect(files.map(({ bytes }) => bytes)).toEqual(states.at(-1)?.results.map(({ bytes }) => bytes));

    const zip = await offcut.zip(id);
    expect(zip.filename).toMatch(/^offcut-.*\.zip$/);
    const signature = new Uint8Array(await (await zip.blob()).arrayBuffer()).subarray(0, 4);
    expect([...signature]).toEqual([0x50, 0x4b, 3, 4]);

    expect(await offcut.remove(id)).toMatchObject({ job_id: id });
    expect(await refusal(offcut.job(id))).toMatchObject({ code: 'job_not_found', status: 404 });
  });

  test('wait tells of the progress, and answers a job that failed as well', async () => {
    const { job_id: id } = await offcut.submit(broken);
    const told: string[] = [];
    const over = await offcut.wait(id, { onProgress: ({ status }) => told.push(status) });
    expect(over).toMatchObject({ status: 'failed', results: [{ error: { code: 'image_unsupported' } }] });
    expect(told.at(-1)).toBe('failed');
  });

  test('a File brings its own name along', async () => {
    const { job_id: id } = await offcut.submit(new File([image.blob], 'holiday.photo.jpg'));
    await offcut.wait(id);
    expect((await offcut.result(id)).filename).toBe('holiday.photo.png');
  });

  test('the same idempotency key answers the first job', async () => {
    const first = await offcut.submit(image, { idempotencyKey: 'order-17' });
    const second = await offcut.submit(image, { idempotencyKey: 'order-17' });
    expect(second.job_id).toBe(first.job_id);
  });

  test('cancel and retry', async () => {
    const { job_id: id } = await offcut.submit(manyImages(20), { priority: 0 });
    expect(await offcut.cancel(id)).toMatchObject({ job_id: id, status: 'cancelled' });
    expect(await refusal(offcut.cancel(id))).toMatchObject({ code: 'job_over', status: 400 });
    expect((await offcut.retry(id)).job_id).toBe(id);
    await offcut.cancel(id);
  });

  test('pause, order and resume', async () => {
    expect(await offcut.pause()).toMatchObject({ paused: true });
    const first = (await offcut.submit(image)).job_id;
    const second = (await offcut.submit(image)).job_id;
    expect((await offcut.stats()).worker.paused).toBe(true);
    expect((await offcut.order([second, first])).job_ids).toEqual([second, first]);
    expect(await refusal(offcut.order([first, first]))).toMatchObject({ code: 'order_invalid', status: 400 });
    expect(await offcut.resume()).toMatchObject({ paused: false });
    const [early, late] = [await offcut.wait(second), await offcut.wait(first)];
    expect(Date.parse(early.started_at ?? '')).toBeLessThanOrEqual(Date.parse(late.started_at ?? ''));
  });

  test('removeBackground is one call', async () => {
    const { type, filename, blob } = await offcut.removeBackground(image, { output: 'mask' });
    expect({ type, filename }).toEqual({ type: 'image/png', filename: 'furball.png' });
    expect((await blob()).size).toBeGreaterThan(100);
  });
});

test('a picture behind the subject goes along', async () => {
  const red = await sharp({ create: { width: 8, height: 8, channels: 3, background: '#f00' } })
    .png()
    .toBuffer();
  const options = { background: 'image', background_image: new Blob([new Uint8Array(red)]) };
  const { blob } = await offcut.removeBackground(image, options);
  const { data } = await sharp(await (await blob()).arrayBuffer())
    .raw()
    .toBuffer({ resolveWithObject: true });
  expect([...data.subarray(0, 3)]).toEqual([255, 0, 0]);
});

describe('the rest of the contract', () => {
  test('answers have the shapes of the wire', async () => {
    submitWire.parse(await offcut.submit(image));
    const page = jobListWire.parse(await offcut.list({ limit: 2 }));
    expect(page.jobs).toHaveLength(2);
    const next = await offcut.list({ limit: 2, cursor: page.next_cursor ?? undefined });
    expect(next.jobs.map(({ id }) => id)).not.toContain(page.jobs[0]?.id);
    jobWire.parse(await offcut.job(page.jobs[0]?.id ?? ''));
    statsWire.parse(await offcut.stats());
    modelsWire.parse(await offcut.models());
    expect(await offcut.health()).toMatchObject({ status: 'healthy' });
    expectTypeOf(page.jobs).items.toEqualTypeOf<JobWire>();
  });
});

describe('errors', () => {
  test('a refusal carries code, status, detail and the whole problem', async () => {
    const error = await refusal(offcut.submit(image, { model: 'nonesuch' }));
    expect(error).toMatchObject({ code: 'model_unknown', status: 400, problem: { model: 'nonesuch' } });
    expect(error.detail).toContain('There is no model "nonesuch"');
    expect(error.message).toBe(error.detail);
  });

  test('nobody answers: `unreachable`, status 0, and the cause', async () => {
    const error = await refusal(createClient({ baseUrl: 'http://127.0.0.1:9' }).stats());
    expect(error).toMatchObject({ code: 'unreachable', status: 0 });
    expect(error.cause).toBeInstanceOf(Error);
  });

  test('somebody else answers: `answer_invalid`', async () => {
    const fetch = async () =>
      new Response('<h1>It works!</h1>', { headers: { 'content-type': 'text/html' } });
    expect(await refusal(createClient({ fetch }).stats())).toMatchObject({
      code: 'answer_invalid',
      status: 200,
    });
  });

  test('an aborted signal ends a call and a watch with its own reason', async () => {
    const reason = new Error('changed my mind');
    await expect(offcut.stats({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const { job_id: id } = await offcut.submit(manyImages(20), { priority: 0 });
    const leaving = new AbortController();
    const watching = offcut.wait(id, { signal: leaving.signal, onProgress: () => leaving.abort(reason) });
    await expect(watching).rejects.toBe(reason);
    await offcut.cancel(id);
  });

  test('to watch a job that does not exist says so', async () => {
    expect(await refusal(offcut.wait(UNKNOWN_ID))).toMatchObject({ code: 'job_not_found' });
  });
});

describe('a connection that breaks', () => {
  /** A client whose event streams pass through `cut`; keeps the headers of what asked for them. */
  function through(cut: (body: ReadableStream<Uint8Array>) => ReadableStream<Uint8Array> | null) {
    const streams: Headers[] = [];
    const client = createClient({
      baseUrl: server.url,
      watching: { pollSeconds: 0.05 },
      async fetch(url, init) {
        const response = await fetch(url, init);
        if (!url.endsWith('/events') || response.body === null) return response;
        streams.push(new Headers(init?.headers));
        return new Response(cut(response.body), response);
      },
    });
    return { client, streams };
  }

  test('a cut stream of events is taken up where it ended', async () => {
    /** Ends after the first event. */
    const firstEvent = () => {
      let text = '';
      return new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          controller.enqueue(chunk);
          text += new TextDecoder().decode(chunk);
          if (text.includes('event: job')) controller.terminate();
        },
      });
    };
    const { client, streams } = through((body) => body.pipeThrough(firstEvent()));
    const { job_id: id } = await client.submit(manyImages(6));
    expect(await client.wait(id)).toMatchObject({ status: 'completed' });
    expect(streams.length).toBeGreaterThan(1);
    expect(streams[0]?.get('last-event-id')).toBeNull();
    expect(streams[1]?.get('last-event-id')).toMatch(/^\d+$/);
  });

  test('where no event comes through, it asks', async () => {
    const { client } = through(() => null);
    const { job_id: id } = await client.submit(manyImages(2));
    expect(await client.wait(id)).toMatchObject({ status: 'completed' });
  });

  test('a stream that says nothing at all is given up', async () => {
    const stuck = createClient({
      baseUrl: server.url,
      watching: { pollSeconds: 0.05, silentSeconds: 0.2 },
      fetch: (url, init) =>
        url.endsWith('/events')
          ? new Promise((_, reject) =>
              init?.signal?.addEventListener('abort', () => reject(new Error('gone'))),
            )
          : fetch(url, init),
    });
    const { job_id: id } = await stuck.submit(image);
    expect(await stuck.wait(id)).toMatchObject({ status: 'completed' });
  });

  test('a server that is killed and comes back is waited for', async () => {
    const { job_id: id } = await offcut.submit(manyImages(8));
    const patient = createClient({ baseUrl: server.url, watching: { pollSeconds: 0.2, patience: 300 } });
    let killed: Promise<void> | undefined;
    const over = await patient.wait(id, {
      onProgress({ progress }) {
        if (progress.processed > 0) killed ??= server.killTree().then(() => server.restart());
      },
    });
    await killed;
    expect(killed).toBeDefined();
    expect(over).toMatchObject({ status: 'completed', progress: { total: 8, processed: 8 } });
  });

  test('a server that stays away is given up', async () => {
    let calls = 0;
    const client = createClient({
      watching: { pollSeconds: 0.001, patience: 3 },
      async fetch() {
        calls += 1;
        throw new TypeError('fetch failed');
      },
    });
    expect(await refusal(client.wait(UNKNOWN_ID))).toMatchObject({ code: 'unreachable' });
    expect(calls).toBe(4);
  });
});
