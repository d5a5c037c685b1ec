/**
 * The REST contract as one suite for every host that answers it: the Node server over HTTP, and the service worker of
 * a page that is offline. Each answer is held to the schemas of src/lib/queue/wire.ts.
 */
import { unzipSync } from 'fflate';
import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type * as z from 'zod/mini';
import * as wire from '#queue/wire.ts';
import { brokenPhoto, photo, type FormFile } from './api-photos.ts';

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as multipart/form-data. */
  readonly form?: { readonly fields?: Readonly<Record<string, string>>; readonly files: readonly FormFile[] };
  /** Sent as it is, with the content type of `headers`. */
  readonly text?: string;
}

export interface ApiAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
}

export interface ApiHost extends AsyncDisposable {
  /** Resolves when the whole answer has come; a stream of events, when it has ended. */
  call(request: ApiRequest): Promise<ApiAnswer>;
}

const UNKNOWN_ID = '01890000-0000-7000-8000-000000000000';
const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Requests in the suite's own words; every answer is checked as it comes in. */
class Api {
  readonly #host: ApiHost;

  constructor(host: ApiHost) {
    this.#host = host;
  }

  call(request: ApiRequest): Promise<ApiAnswer> {
    return this.#host.call(request);
  }

  /** The body of an answer that must have this status and this shape. */
  async expect<Schema extends z.ZodMiniType>(status: number, schema: Schema, request: ApiRequest) {
    const answer = await this.call(request);
    const body = json(answer);
    expect({ status: answer.status, body }, `${request.method} ${request.path}`).toMatchObject({ status });
    return schema.parse(body);
  }

  get<Schema extends z.ZodMiniType>(path: string, schema: Schema) {
    return this.expect(200, schema, { method: 'GET', path });
  }

  submit(
    files: readonly FormFile[],
    fields: Record<string, string> = {},
    headers: Record<string, string> = {},
  ) {
    const form = { fields, files };
    return this.expect(200, wire.submitWire, { method: 'POST', path: '/queue/submit', form, headers });
  }

  job(id: string) {
    return this.get(`/queue/job/${id}`, wire.jobWire);
  }

  /** The job when it is over: its event stream ends then. */
  async finished(id: string) {
    await this.call({ method: 'GET', path: `/queue/job/${id}/events` });
    return this.job(id);
  }

  async processed(...files: FormFile[]) {
    const { job_id: id } = await this.submit(files);
    return this.finished(id);
  }

  post<Schema extends z.ZodMiniType>(path: string, schema: Schema, status = 200) {
    return this.expect(status, schema, { method: 'POST', path });
  }
}

function json({ bytes }: ApiAnswer): unknown {
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** The jobs that a stream told of, with the ids of their events. */
function jobEvents({ bytes }: ApiAnswer) {
  const blocks = new TextDecoder().decode(bytes).split('\n\n');
  return blocks.flatMap((block) => {
    const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s, 2) as [string, string]));
    const data = fields.get('data');
    if (fields.get('event') !== 'job' || data === undefined) return [];
    return [{ id: Number(fields.get('id')), job: wire.jobWire.parse(JSON.parse(data)) }];
  });
}

/** So many that their inferences take seconds, while a request takes milliseconds. */
async function longBatch(): Promise<FormFile[]> {
  const one = await photo();
  return Array.from({ length: 40 }, (_, n) => ({ ...one, filename: `${String(n)}.jpg` }));
}

/**
 * @param open starts the host, or finds it
 */
export function describeApi(name: string, open: () => Promise<ApiHost>): void {
  describe(name, () => {
    let host: ApiHost;
    let api: Api;
    beforeAll(async () => {
      host = await open();
      api = new Api(host);
    });
    afterAll(() => host[Symbol.asyncDispose]());

    describe('submitting', () => {
      test('one image makes a single job, which completes with a result', async () => {
        const submitted = await api.submit([await photo('portrait')]);
        expect(submitted).toMatchObject({
          status: 'queued',
          job_type: 'single',
          files_count: 1,
          model: 'u2netp',
        });
        const job = await api.finished(submitted.job_id);
        expect(job).toMatchObject({
          status: 'completed',
          type: 'single',
          progress: { total: 1, processed: 1, failed: 0 },
          model: 'u2netp',
          filenames: ['portrait.jpg'],
          results: [{ index: 0, status: 'completed', width: 403, height: 531, warnings: [], error: null }],
          error: null,
        });
        const times = [job.created_at, job.started_at ?? '', job.completed_at ?? ''];
        expect(times.toSorted()).toEqual(times);
      });

      test('several images make a batch, whose results keep their order', async () => {
        const job = await api.processed(
          await photo('small', { filename: 'b.jpg' }),
          await photo('small', { filename: 'a.jpg' }),
        );
        expect(job).toMatchObject({ status: 'completed', type: 'batch', filenames: ['b.jpg', 'a.jpg'] });
        expect(job.results.map(({ index, filename }) => [index, filename])).toEqual([
          [0, 'b.jpg'],
          [1, 'a.jpg'],
        ]);
      });

      test('an image that is none fails alone; the batch completes and names it', async () => {
        const job = await api.processed(await photo(), brokenPhoto());
        expect(job).toMatchObject({ status: 'completed', progress: { total: 2, processed: 2, failed: 1 } });
        expect(job.results[1]).toMatchObject({ filename: 'broken.png', status: 'failed', url: null });
        expect(job.results[1]?.error?.message).toMatch(/no image/);
      });

      test('a job none of whose images succeeds has failed, and says why', async () => {
        const job = await api.processed(brokenPhoto());
        expect(job).toMatchObject({ status: 'failed', progress: { total: 1, processed: 1, failed: 1 } });
        expect(job.error).toBe(job.results[0]?.error?.message);
      });

      test('the model may be named in the form or in the URL', async () => {
        const files = [await photo()];
        expect(await api.submit(files, { model: 'u2netp' })).toMatchObject({ model: 'u2netp' });
        const path = '/queue/submit?model=u2netp';
        const request: ApiRequest = { method: 'POST', path, form: { files } };
        expect(await api.expect(200, wire.submitWire, request)).toMatchObject({ model: 'u2netp' });
      });

      test('a repeated Idempotency-Key answers the first job; another request with it is refused', async () => {
        const headers = { 'idempotency-key': `key-${String(Math.random())}` };
        const files = [await photo()];
        const first = await api.submit(files, {}, headers);
        expect(await api.submit(files, {}, headers)).toMatchObject({ job_id: first.job_id });
        expect(await api.job(first.job_id)).toMatchObject({ idempotency_key: headers['idempotency-key'] });
        const problem = await api.expect(422, wire.problemWire, {
          method: 'POST',
          path: '/queue/submit',
          headers,
          form: { files, fields: { format: 'webp' } },
        });
        expect(problem).toMatchObject({ code: 'idempotency_conflict', job_id: first.job_id });
      });
    });

    describe('results', () => {
      test('a result is a PNG of the image’s own size, with alpha', async () => {
        const job = await api.processed(await photo('portrait'));
        const answer = await api.call({ method: 'GET', path: job.results[0]?.url ?? '' });
        expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'image/png' } });
        expect(answer.bytes.length).toBe(job.results[0]?.bytes);
        expect(answer.headers['content-disposition']).toContain('portrait.png');
        expect(await sharp(answer.bytes).metadata()).toMatchObject({
          width: 403,
          height: 531,
          hasAlpha: true,
        });
      });

      test.each([
        [{ format: 'webp' }, 'image/webp', { format: 'webp', hasAlpha: true }],
        [{ format: 'jpeg', background: '#ff0000' }, 'image/jpeg', { format: 'jpeg', hasAlpha: false }],
      ])('options decide what is made: %j', async (fields, mediaType, expected) => {
        const { job_id: id } = await api.submit([await photo()], fields);
        expect(await api.finished(id)).toMatchObject({ status: 'completed' });
        const answer = await api.call({ method: 'GET', path: `/queue/job/${id}/result/0` });
        expect(answer.headers['content-type']).toBe(mediaType);
        expect(await sharp(answer.bytes).metadata()).toMatchObject(expected);
      });

      test('the output "mask" is the alpha itself: opaque grey, in one channel or in equal ones', async () => {
        const { job_id: id } = await api.submit([await photo('portrait')], { output: 'mask' });
        await api.finished(id);
        const { bytes } = await api.call({ method: 'GET', path: `/queue/job/${id}/result/0` });
        const data = await sharp(bytes).toColourspace('srgb').ensureAlpha().raw().toBuffer();
        const pixels = Array.from({ length: data.length / 4 }, (_, at) => data.readUInt32BE(at * 4) >>> 0);
        const greys = new Set(Array.from({ length: 256 }, (_, grey) => (grey * 0x1010100 + 0xff) >>> 0));
        expect(pixels.filter((pixel) => !greys.has(pixel))).toHaveLength(0);
        expect(new Set(pixels).size, 'it has edges').toBeGreaterThan(20);
      });

      test('an image comes back as it came in, byte for byte, to be saved and not to be opened', async () => {
        const sent = await photo('portrait');
        const { job_id: id } = await api.submit([sent, brokenPhoto()]);
        const answer = await api.call({ method: 'GET', path: `/queue/job/${id}/input/0` });
        expect(answer).toMatchObject({
          status: 200,
          headers: { 'content-type': 'application/octet-stream' },
        });
        expect(answer.headers['content-disposition']).toContain('attachment');
        expect(Buffer.from(answer.bytes).equals(sent.bytes)).toBe(true);
        const request = { method: 'GET', path: `/queue/job/${id}/input/2` } as const;
        expect(await api.expect(404, wire.problemWire, request)).toMatchObject({ code: 'item_not_found' });
      });

      test('the zip has every result under its own name, also when two images had the same', async () => {
        const job = await api.processed(await photo(), await photo(), brokenPhoto());
        const answer = await api.call({ method: 'GET', path: `/queue/job/${job.id}/results.zip` });
        expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/zip' } });
        const files = unzipSync(answer.bytes);
        expect(Object.keys(files)).toEqual(['small.png', 'small (2).png']);
        const sizes = Object.values(files).map((file) => file.length);
        expect(sizes).toEqual(job.results.slice(0, 2).map(({ bytes }) => bytes));
      });
    });

    describe('lists and numbers', () => {
      test('the list is newest first, and its pages hold every job once', async () => {
        for (let n = 0; n < 3; n += 1) await api.processed(brokenPhoto());
        const ids: string[] = [];
        const times: string[] = [];
        let cursor: string | null = '';
        let total = 0;
        while (cursor !== null) {
          const query = cursor === '' ? '' : `&cursor=${cursor}`;
          const page: wire.JobListWire = await api.get(`/queue/jobs?limit=2${query}`, wire.jobListWire);
          ids.push(...page.jobs.map(({ id }) => id));
          times.push(...page.jobs.map((job) => job.created_at));
          ({ total, next_cursor: cursor } = page);
        }
        expect(ids).toHaveLength(total);
        expect(new Set(ids).size).toBe(total);
        expect(times.toSorted().toReversed()).toEqual(times);
      });

      test('a status lists those jobs alone', async () => {
        const failed = await api.processed(brokenPhoto());
        const completed = await api.processed(await photo());
        const list = await api.get('/queue/jobs?status=failed&limit=100', wire.jobListWire);
        expect(new Set(list.jobs.map(({ status }) => status))).toEqual(new Set(['failed']));
        const ids = list.jobs.map(({ id }) => id);
        expect(ids).toContain(failed.id);
        expect(ids).not.toContain(completed.id);
      });

      test('the statistics count jobs by state, and their sum', async () => {
        const before = await api.get('/queue/stats', wire.statsWire);
        await api.processed(brokenPhoto());
        const { stats, worker } = await api.get('/queue/stats', wire.statsWire);
        expect(stats).toMatchObject({ failed: before.stats.failed + 1, total: before.stats.total + 1 });
        const { total, ...states } = stats;
        expect(Object.values(states).reduce((sum, count) => sum + count)).toBe(total);
        expect(worker.status).toBe('running');
        expect(worker.max_concurrent).toBeGreaterThan(0);
      });

      test('the change feed goes on from where it was left', async () => {
        const { next_since: since } = await lastChange(api);
        const { id } = await api.processed(brokenPhoto());
        await api.expect(200, wire.deletedWire, { method: 'DELETE', path: `/queue/job/${id}` });
        const { changes } = await api.get(`/queue/changes?since=${String(since)}`, wire.changesWire);
        const ours = changes.filter((change) => 'job_id' in change && change.job_id === id);
        expect(ours).toMatchObject([{ type: 'deleted', job_id: id, reason: 'deleted' }]);
        expect(changes.filter((change) => 'job' in change && change.job.id === id)).toEqual([]);
      });

      test('the change feed says which history it is, and when it does not reach as far as a client has read', async () => {
        const { next_since: head, feed } = await lastChange(api);
        const ahead = await api.get(`/queue/changes?since=${String(head + 1_000)}`, wire.changesWire);
        expect(ahead).toMatchObject({ changes: [], feed });
        expect(ahead.next_since).toBeLessThan(head + 1_000);
        expect(ahead.complete_since).toBeLessThanOrEqual(head);
      });
    });

    describe('the line', () => {
      // All the other tests wait for it.
      afterEach(() => api.post('/queue/resume', wire.pauseWire));

      test('a paused queue begins nothing, says so, and goes on when it is resumed', async () => {
        expect(await api.post('/queue/pause', wire.pauseWire)).toMatchObject({ paused: true });
        const { job_id: id } = await api.submit([await photo()]);
        expect((await api.get('/queue/stats', wire.statsWire)).worker.paused).toBe(true);
        expect(await api.job(id)).toMatchObject({ status: 'pending', started_at: null });
        expect(await api.post('/queue/resume', wire.pauseWire)).toMatchObject({ paused: false });
        expect(await api.finished(id)).toMatchObject({ status: 'completed' });
      });

      test('waiting jobs are begun in the order in which they were put', async () => {
        await api.post('/queue/pause', wire.pauseWire);
        const ids = [];
        for (let made = 0; made < 3; made += 1) ids.push((await api.submit([await photo()])).job_id);
        const [first = '', second = '', third = ''] = ids;
        const order = [third, first, second];
        const request = {
          method: 'POST',
          path: '/queue/order',
          headers: { 'content-type': 'application/json' },
          text: JSON.stringify({ job_ids: order }),
        } as const;
        expect(await api.expect(200, wire.orderWire, request)).toMatchObject({ job_ids: order });
        const turns = [];
        for (const id of order) turns.push((await api.job(id)).turn);
        expect(turns.toSorted()).toEqual(turns);
        await api.post('/queue/resume', wire.pauseWire);
        const begun = [];
        for (const id of order) begun.push((await api.finished(id)).started_at ?? '');
        expect(begun.toSorted()).toEqual(begun);
      });

      test.each(['', '{"job_ids":[]}', '{"job_ids":["a","a"]}', '["a"]'])(
        'an order of "%s" is refused in words',
        async (text) => {
          const refused = await api.expect(400, wire.problemWire, {
            method: 'POST',
            path: '/queue/order',
            headers: { 'content-type': 'application/json' },
            text,
          });
          expect(refused).toMatchObject({
            code: 'order_invalid',
            detail: expect.stringMatching(/order/) as string,
          });
        },
      );
    });

    describe('cancelling, retrying, deleting', () => {
      test('a cancelled job stays cancelled, keeps what was finished, and can be retried', async () => {
        const { job_id: id } = await api.submit(await longBatch());
        expect(await api.post(`/queue/job/${id}/cancel`, wire.jobActionWire)).toMatchObject({
          job_id: id,
          status: 'cancelled',
        });
        expect(await api.job(id)).toMatchObject({ status: 'cancelled', progress: { total: 40, failed: 0 } });
        const again = await api.post(`/queue/job/${id}/cancel`, wire.problemWire, 400);
        expect(again).toMatchObject({ code: 'job_over' });
        expect(again.detail).toContain(id);
        const retried = await api.post(`/queue/job/${id}/retry`, wire.jobActionWire);
        expect(['pending', 'processing']).toContain(retried.status);
        await api.post(`/queue/job/${id}/cancel`, wire.jobActionWire);
      });

      test('a cancel or retry of a run that is over changes nothing: it may come twice, and late', async () => {
        const { job_id: id } = await api.submit(await longBatch());
        const { run } = await api.job(id);
        const path = (what: string) => `/queue/job/${id}/${what}?run=${String(run)}`;
        await api.post(path('cancel'), wire.jobActionWire);
        await api.post(path('retry'), wire.jobActionWire);
        const again = await api.job(id);
        expect(again.run).toBeGreaterThan(run);
        expect(await api.post(path('cancel'), wire.problemWire, 409)).toMatchObject({
          code: 'run_over',
          run: again.run,
        });
        await api.post(`/queue/job/${id}/cancel?run=${String(again.run)}`, wire.jobActionWire);
        expect(await api.post(path('retry'), wire.problemWire, 409)).toMatchObject({ code: 'run_over' });
        expect(await api.job(id)).toMatchObject({ status: 'cancelled', run: again.run });
        expect(await api.post(`/queue/job/${id}/retry?run=first`, wire.problemWire, 400)).toMatchObject({
          code: 'filter_invalid',
        });
      });

      test('a completed job can neither be cancelled nor retried', async () => {
        const { id } = await api.processed(await photo());
        expect(await api.post(`/queue/job/${id}/cancel`, wire.problemWire, 400)).toMatchObject({
          code: 'job_over',
        });
        expect(await api.post(`/queue/job/${id}/retry`, wire.problemWire, 409)).toMatchObject({
          code: 'job_not_retryable',
        });
        expect(await api.job(id)).toMatchObject({ status: 'completed' });
      });

      test('a deleted job is gone with its results', async () => {
        const { id, results } = await api.processed(await photo());
        await api.expect(200, wire.deletedWire, { method: 'DELETE', path: `/queue/job/${id}` });
        for (const path of [`/queue/job/${id}`, results[0]?.url ?? '']) {
          expect(await api.expect(404, wire.problemWire, { method: 'GET', path })).toMatchObject({
            code: 'job_not_found',
          });
        }
      });
    });

    describe('events', () => {
      test('a job’s stream tells its states in order, and ends when it is over', async () => {
        const { job_id: id } = await api.submit([await photo(), await photo()]);
        const answer = await api.call({ method: 'GET', path: `/queue/job/${id}/events` });
        expect(answer.headers['content-type']).toMatch(/^text\/event-stream/);
        const events = jobEvents(answer);
        expect(events.at(-1)?.job).toEqual(await api.job(id));
        const counts = events.map(({ job }) => job.progress.processed);
        expect(counts.toSorted((a, b) => a - b)).toEqual(counts);
        const ids = events.map((event) => event.id);
        expect([...new Set(ids)].toSorted((a, b) => a - b)).toEqual(ids);
      });

      test('Last-Event-ID resumes: nothing is told twice, and 204 says that all was said', async () => {
        const { job_id: id } = await api.submit([await photo(), await photo()]);
        const path = `/queue/job/${id}/events`;
        const events = jobEvents(await api.call({ method: 'GET', path }));
        const last = events.at(-1)?.id ?? 0;
        const resume = (after: number) =>
          api.call({ method: 'GET', path, headers: { 'last-event-id': String(after) } });
        expect(jobEvents(await resume(last - 1)).map((event) => event.id)).toEqual([last]);
        expect(await resume(last)).toMatchObject({ status: 204 });
      });
    });

    describe('without a queue', () => {
      test('/remove-bg answers the cutout itself, and leaves no job behind', async () => {
        const before = await api.get('/queue/stats', wire.statsWire);
        const form = { files: [await photo('portrait', { field: 'image' })] };
        const answer = await api.call({ method: 'POST', path: '/remove-bg', form });
        expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'image/png' } });
        expect([...answer.bytes.subarray(0, 8)]).toEqual(PNG_SIGNATURE);
        // The answer is whole before its job is removed.
        await vi.waitFor(async () => {
          const after = await api.get('/queue/stats', wire.statsWire);
          expect(after.stats.total).toBe(before.stats.total);
        });
      });

      test('/remove-bg lays the subject on a picture that comes with it', async () => {
        const green = await sharp({ create: { width: 20, height: 20, channels: 3, background: '#00ff00' } })
          .png()
          .toBuffer();
        const files = [
          await photo('small', { field: 'image' }),
          { field: 'background_image', filename: 'green.png', type: 'image/png', bytes: green },
        ];
        const form = { fields: { background: 'image', max_megapixels: '0.001' }, files };
        const answer = await api.call({ method: 'POST', path: '/remove-bg', form });
        expect(answer.status).toBe(200);
        const { data, info } = await sharp(answer.bytes).raw().toBuffer({ resolveWithObject: true });
        expect(info.width * info.height).toBeLessThanOrEqual(1000);
        expect([...data.subarray(0, 3)]).toEqual([0, 255, 0]);
      });

      test.each([
        ['background=image without the picture', { background: 'image' }, []],
        ['a picture without background=image', {}, ['background_image']],
        ['a margin that cannot be read', { crop_margin: '10' }, []],
      ])('/remove-bg refuses %s', async (_what, fields, further) => {
        const files = [
          await photo('small', { field: 'image' }),
          ...(await Promise.all(further.map((field) => photo('small', { field })))),
        ];
        const request: ApiRequest = { method: 'POST', path: '/remove-bg', form: { fields, files } };
        expect(await api.expect(400, wire.problemWire, request)).toMatchObject({ code: 'option_invalid' });
      });

      test('/remove-bg says what is wrong with an image', async () => {
        const form = { files: [{ ...brokenPhoto(), field: 'image' }] };
        const request: ApiRequest = { method: 'POST', path: '/remove-bg', form };
        const problem = await api.expect(422, wire.problemWire, request);
        expect(problem.code).toBe('image_failed');
        expect(problem.detail).toMatch(/no image/);
      });

      test('/remove-bg-batch answers what succeeded and what did not', async () => {
        const form = { files: [await photo(), brokenPhoto()] };
        const request: ApiRequest = { method: 'POST', path: '/remove-bg-batch', form };
        const answer = await api.expect(200, wire.batchWire, request);
        expect(answer).toMatchObject({
          total: 2,
          successful: 1,
          failed: 1,
          results: [{ index: 0, filename: 'small.jpg', success: true }],
          errors: [{ index: 1, filename: 'broken.png' }],
        });
        const [head, base64] = answer.results[0]?.dataUrl.split(',') ?? [];
        expect(head).toBe('data:image/png;base64');
        expect([...Buffer.from(base64 ?? '', 'base64').subarray(0, 8)]).toEqual(PNG_SIGNATURE);
      });
    });

    test('the service says who it is, and which models it has', async () => {
      expect(await api.get('/health', wire.healthWire)).toMatchObject({
        status: 'healthy',
        service: 'offcut',
      });
      const { default: standard, models } = await api.get('/models', wire.modelsWire);
      expect(standard).toBe('u2netp');
      const entry = {
        id: 'u2netp',
        default: true,
        installed: true,
        licence: 'Apache-2.0',
        commercial_use: true,
      };
      expect(models).toContainEqual(expect.objectContaining(entry));
    });

    describe('refusals have the right status, a code, and a sentence with the offending value', () => {
      const multipart = (files: FormFile[], fields = {}) => ({ files, fields });
      const small = () => photo();
      const cases: [string, () => Promise<ApiRequest> | ApiRequest, number, string, string][] = [
        [
          'an empty request',
          () => ({ method: 'POST', path: '/queue/submit' }),
          400,
          'request_empty',
          'images',
        ],
        [
          'a form without images',
          () => ({ method: 'POST', path: '/queue/submit', form: multipart([], { colour: 'red' }) }),
          400,
          'images_missing',
          '"colour"',
        ],
        [
          'images in another field',
          async () => ({
            method: 'POST',
            path: '/queue/submit',
            form: multipart([await photo('small', { field: 'pictures' })]),
          }),
          400,
          'images_missing',
          '"pictures"',
        ],
        [
          'a body of another type',
          () => ({
            method: 'POST',
            path: '/queue/submit',
            headers: { 'content-type': 'application/json' },
            text: '{"images":[]}',
          }),
          415,
          'media_type_unsupported',
          'application/json',
        ],
        [
          'a form that is cut off',
          () => ({
            method: 'POST',
            path: '/queue/submit',
            headers: { 'content-type': 'multipart/form-data; boundary=b' },
            text: '--b\r\ncontent-disposition: form-data; name="images"; filename="a.png"\r\n\r\nabc',
          }),
          400,
          'request_malformed',
          'multipart',
        ],
        [
          'an unknown model in the form',
          async () => ({
            method: 'POST',
            path: '/queue/submit',
            form: multipart([await small()], { model: 'nonesuch' }),
          }),
          400,
          'model_unknown',
          '"nonesuch"',
        ],
        [
          'an unknown model in the URL',
          async () => ({
            method: 'POST',
            path: '/queue/submit?model=nonesuch',
            form: multipart([await small()]),
          }),
          400,
          'model_unknown',
          '"nonesuch"',
        ],
        [
          'an option with a wrong value',
          async () => ({
            method: 'POST',
            path: '/queue/submit',
            form: multipart([await small()], { format: 'bmp' }),
          }),
          400,
          'option_invalid',
          'format=bmp',
        ],
        [
          'an option that this version does not carry out',
          async () => ({
            method: 'POST',
            path: '/queue/submit',
            form: multipart([await small()], { webhook_url: 'http://localhost/' }),
          }),
          400,
          'option_unsupported',
          'webhook_url=http://localhost/',
        ],
        [
          'several images for /remove-bg',
          async () => {
            const one = await photo('small', { field: 'image' });
            return { method: 'POST', path: '/remove-bg', form: multipart([one, one]) };
          },
          413,
          'too_many_files',
          '2',
        ],
        [
          'an unknown job',
          () => ({ method: 'GET', path: `/queue/job/${UNKNOWN_ID}` }),
          404,
          'job_not_found',
          UNKNOWN_ID,
        ],
        [
          'cancelling an unknown job',
          () => ({ method: 'POST', path: `/queue/job/${UNKNOWN_ID}/cancel` }),
          404,
          'job_not_found',
          UNKNOWN_ID,
        ],
        [
          'deleting an unknown job',
          () => ({ method: 'DELETE', path: `/queue/job/${UNKNOWN_ID}` }),
          404,
          'job_not_found',
          UNKNOWN_ID,
        ],
        [
          'a result that has no number',
          () => ({ method: 'GET', path: `/queue/job/${UNKNOWN_ID}/result/first` }),
          404,
          'item_not_found',
          '"first"',
        ],
        [
          'a status that does not exist',
          () => ({ method: 'GET', path: '/queue/jobs?status=done' }),
          400,
          'filter_invalid',
          'status=done',
        ],
        ...['0', '101', 'many'].map(
          (limit) =>
            [
              `limit=${limit}`,
              () => ({ method: 'GET', path: `/queue/jobs?limit=${limit}` }),
              400,
              'filter_invalid',
              `limit=${limit}`,
            ] satisfies (typeof cases)[number],
        ),
        [
          'a cursor that is none',
          () => ({ method: 'GET', path: '/queue/jobs?cursor=here' }),
          400,
          'filter_invalid',
          'cursor=here',
        ],
        [
          'a place in the change feed that is none',
          () => ({ method: 'GET', path: '/queue/changes?since=yesterday' }),
          400,
          'filter_invalid',
          'since=yesterday',
        ],
        [
          'a route that does not exist',
          () => ({ method: 'GET', path: '/queue/nonesuch' }),
          404,
          'route_not_found',
          '/queue/nonesuch',
        ],
      ];
      test.each(cases)('%s', async (_title, request, status, code, value) => {
        const answer = await api.call(await request());
        expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
        const problem = wire.problemWire.parse(json(answer));
        expect({ ...problem, httpStatus: answer.status }).toMatchObject({ status, httpStatus: status, code });
        expect(problem.detail).toContain(value);
      });

      test('a result before it is ready, and one that failed', async () => {
        const { job_id: id } = await api.submit(await longBatch());
        const early = { method: 'GET', path: `/queue/job/${id}/result/39` } as const;
        expect(await api.expect(409, wire.problemWire, early)).toMatchObject({ code: 'result_not_ready' });
        await api.post(`/queue/job/${id}/cancel`, wire.jobActionWire);
        const failed = await api.processed(brokenPhoto());
        const late = { method: 'GET', path: `/queue/job/${failed.id}/result/0` } as const;
        expect(await api.expect(422, wire.problemWire, late)).toMatchObject({ code: 'image_failed' });
      });
    });
  });
}

/** Reads the change feed to its end. */
async function lastChange(api: Api): Promise<wire.ChangesWire> {
  for (let since = 0; ;) {
    const answer = await api.get(`/queue/changes?since=${String(since)}`, wire.changesWire);
    if (answer.changes.length === 0) return answer;
    since = answer.next_since;
  }
}
