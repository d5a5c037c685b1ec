import { OffcutError } from './errors.ts';
import { createHttp, type ClientSettings } from './http.ts';
import type { OffcutClient } from './interface.ts';
import type { Cancellable, Image, ResultFile, SubmitOptions } from './types.ts';
import { JOB_SHAPE, watchJob, type WatchSettings } from './watch.ts';

export interface ClientOptions extends ClientSettings {
  /** How `watch` and `wait` go about it; the defaults suit most. */
  readonly watching?: Partial<WatchSettings> | undefined;
}

const WATCHING: WatchSettings = { pollSeconds: 1, patience: 30, silentSeconds: 45 };
const ACTION = { job_id: 'string', message: 'string' } as const;
const PAUSE = { paused: 'boolean' } as const;

/**
 * A client for browsers, workers, service workers and Node.
 *
 * ```ts
 * const offcut = createClient({ baseUrl: 'http://127.0.0.1:5000' });
 * const { job_id } = await offcut.submit(files, { format: 'webp' });
 * for await (const { progress } of offcut.watch(job_id)) console.log(progress);
 * for await (const file of offcut.results(job_id)) save(file.filename, file.stream);
 * ```
 */
export function createClient(options: ClientOptions = {}): OffcutClient {
  const http = createHttp(options);
  const watching: WatchSettings = { ...WATCHING, ...options.watching };
  const jobPath = (id: string) => `/queue/job/${encodeURIComponent(id)}`;

  const client: OffcutClient = {
    submit: (images, { idempotencyKey, ...rest } = {}) =>
      http.json(
        '/queue/submit',
        { job_id: 'string', files_count: 'number' },
        {
          ...post(rest),
          body: toForm('images', images, rest),
          headers: { ...(idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }) },
        },
      ),
    job: (id, rest) => http.json(jobPath(id), JOB_SHAPE, get(rest)),
    watch: (id, { signal } = {}) => watchJob(http, id, signal, watching),
    async wait(id, { onProgress, ...rest } = {}) {
      let last;
      for await (last of client.watch(id, rest)) onProgress?.(last);
      // A job has at least one state.
      return last ?? client.job(id, rest);
    },
    result: async (id, index = 0, rest) =>
      toFile(await http.open(`${jobPath(id)}/result/${String(index)}`, get(rest))),
    async *results(id, rest) {
      for (const { index, url } of (await client.job(id, rest)).results) {
        if (url !== null) yield { index, ...(await client.result(id, index, rest)) };
      }
    },
    zip: async (id, rest) => toFile(await http.open(`${jobPath(id)}/results.zip`, get(rest))),
    cancel: (id, rest) => http.json(`${jobPath(id)}/cancel`, ACTION, post(rest)),
    retry: (id, rest) => http.json(`${jobPath(id)}/retry`, ACTION, post(rest)),
    remove: (id, rest) => http.json(jobPath(id), ACTION, { ...get(rest), method: 'DELETE' }),
    list({ signal, ...query } = {}) {
      const search = new URLSearchParams(texts(query)).toString();
      return http.json(`/queue/jobs${search && `?${search}`}`, { jobs: 'object' }, get({ signal }));
    },
    stats: (rest) => http.json('/queue/stats', { stats: 'object', worker: 'object' }, get(rest)),
    pause: (rest) => http.json('/queue/pause', PAUSE, post(rest)),
    resume: (rest) => http.json('/queue/resume', PAUSE, post(rest)),
    order: (ids, rest) =>
      http.json(
        '/queue/order',
        { job_ids: 'object' },
        {
          ...post(rest),
          body: JSON.stringify({ job_ids: ids }),
          headers: { 'content-type': 'application/json' },
        },
      ),
    models: (rest) => http.json('/models', { default: 'string', models: 'object' }, get(rest)),
    health: (rest) => http.json('/health', { status: 'string', version: 'string' }, get(rest)),
    removeBackground: async (image, rest = {}) =>
      toFile(await http.open('/remove-bg', { ...post(rest), body: toForm('image', image, rest) })),
  };
  return client;
}

function get({ signal = undefined }: Cancellable = {}): RequestInit {
  return { signal: signal ?? null };
}

function post(options?: Cancellable): RequestInit {
  return { ...get(options), method: 'POST' };
}

function toForm(field: string, images: Image | readonly Image[], options: SubmitOptions): FormData {
  const { signal: _, background_image: behind, ...fields } = options;
  const form = new FormData();
  // First, so that the server judges the options before it reads an image.
  for (const [name, value] of Object.entries(texts(fields))) form.append(name, value);
  if (behind !== undefined) form.append('background_image', behind);
  for (const image of [images].flat() as readonly Image[]) {
    if (!(image instanceof Blob)) form.append(field, image.blob, image.name);
    else form.append(field, image, 'name' in image ? String(image.name) : 'image');
  }
  return form;
}

/** What is undefined is not sent. */
function texts(values: Readonly<Record<string, unknown>>): Record<string, string> {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given.map(([name, value]) => [name, String(value)]));
}

function toFile({ body, headers, status }: Response): ResultFile {
  if (body === null) throw new OffcutError('answer_invalid', status, 'The server answered without a result.');
  const type = headers.get('content-type') ?? '';
  const [, encoded = ''] = /filename\*=UTF-8''([^;]+)/i.exec(headers.get('content-disposition') ?? '') ?? [];
  return {
    filename: decodeURIComponent(encoded),
    type,
    stream: body,
    blob: async () => new Blob([await new Response(body).blob()], { type }),
  };
}
