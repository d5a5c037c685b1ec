import {
  context,
  ROOT_CONTEXT,
  trace,
  type Context,
  type Link,
  type Span,
  type SpanContext,
  type SpanOptions,
  type TracerProvider,
} from '@opentelemetry/api';
import { Hono } from 'hono';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LOCAL_TENANT } from '#queue/job.ts';
import * as transitions from '#queue/transitions.ts';
import { traceImages } from '../../../server/tracing/trace-images.ts';
import { traceRequests } from '../../../server/tracing/trace-requests.ts';
import { sampleJob } from '../../contract/sample-job.ts';

/** A span as the provider below keeps it. */
interface Kept {
  readonly name: string;
  readonly at: SpanContext;
  readonly parent: SpanContext | undefined;
  readonly attributes: Record<string, unknown>;
  readonly links: Link[];
  ended: boolean;
  error: string | undefined;
}

const kept: Kept[] = [];

/** The smallest provider that records: in memory, and only what is asked for here. */
const provider: TracerProvider = {
  getTracer: () => ({
    startSpan: (name: string, options: SpanOptions = {}, within: Context = ROOT_CONTEXT) =>
      record(name, options, within),
    startActiveSpan: () => {
      throw new Error('Not used.');
    },
  }),
};

function record(name: string, options: SpanOptions, within: Context): Span {
  const parent = trace.getSpanContext(within);
  const at = {
    traceId: parent?.traceId ?? 'f'.repeat(32),
    spanId: String(kept.length + 1).padStart(16, '0'),
    traceFlags: 1,
  };
  const own: Kept = {
    name,
    at,
    parent,
    attributes: { ...options.attributes },
    links: [],
    ended: false,
    error: undefined,
  };
  kept.push(own);
  const span: Span = {
    spanContext: () => at,
    setAttribute: (key, value) => ((own.attributes[key] = value), span),
    setAttributes: (attributes) => (Object.assign(own.attributes, attributes), span),
    addEvent: () => span,
    addLink: (link) => (own.links.push(link), span),
    addLinks: () => span,
    setStatus: ({ message }) => ((own.error = message), span),
    updateName: () => span,
    end: () => (own.ended = true),
    isRecording: () => true,
    recordException: () => undefined,
  };
  return span;
}

beforeEach(() => {
  kept.length = 0;
});
afterEach(() => {
  trace.disable();
  context.disable();
});

const JOB = '01a21007-6327-72d4-98a4-0a70753dc8a9';
const TRACE = JOB.replaceAll('-', '');

function processing() {
  const { job, items } = sampleJob({ id: JOB, images: 1 });
  const [item] = items;
  if (item === undefined) throw new Error('A job has an image.');
  return {
    job: { ...job, tenant: LOCAL_TENANT },
    item: transitions.leased(item, { owner: 'a/1/1', until: 1 }),
  };
}

test('an image is a span in the trace that its job names, with one for each stage, all ended', () => {
  trace.setGlobalTracerProvider(provider);
  const events = traceImages();
  const { job, item } = processing();
  events.leased?.(item, job);
  for (const stage of ['decode', 'infer', 'encode', 'store']) events.stage?.(item, stage);
  events.completed?.(item, { milliseconds: 1, bytes: 1 });
  expect(kept.map(({ name }) => name)).toEqual(['image', 'lease', 'decode', 'infer', 'encode', 'store']);
  expect(kept.every(({ at, ended }) => at.traceId === TRACE && ended)).toBe(true);
  const [image, ...stages] = kept;
  expect(image?.attributes).toMatchObject({ 'offcut.job': JOB, 'offcut.item': item.id, 'offcut.attempt': 1 });
  expect(stages.every(({ parent }) => parent?.spanId === image?.at.spanId)).toBe(true);
});

test('an image that failed says why', () => {
  trace.setGlobalTracerProvider(provider);
  const events = traceImages();
  const { job, item } = processing();
  events.leased?.(item, job);
  events.failed?.(item, { code: 'image_undecodable', message: 'Broken.' }, false, new Error('Broken.'));
  expect(kept[0]).toMatchObject({ ended: true, error: 'image_undecodable: Broken.' });
});

const api = new Hono();
api.use(traceRequests(() => '/queue/submit'));
api.post('/queue/submit', (request) => request.json({ job_id: JOB }));

test('a request is a span that links to the trace of the job that it made', async () => {
  trace.setGlobalTracerProvider(provider);
  const answer = await api.request('/queue/submit', { method: 'POST' });
  expect(kept).toMatchObject([
    {
      name: 'POST /queue/submit',
      ended: true,
      attributes: { 'http.response.status_code': 200, 'offcut.job': JOB },
      links: [{ context: { traceId: TRACE } }],
    },
  ]);
  expect(await answer.json()).toEqual({ job_id: JOB });
});

test('without an SDK nothing is kept, and nothing changes', async () => {
  const events = traceImages();
  const { job, item } = processing();
  events.leased?.(item, job);
  events.stage?.(item, 'decode');
  events.completed?.(item, { milliseconds: 1, bytes: 1 });
  expect((await api.request('/queue/submit', { method: 'POST' })).status).toBe(200);
  expect(kept).toEqual([]);
});
