import { Hono, type Context } from 'hono';
import { streamSSE, type SSEStreamingApi } from 'hono/streaming';
import type { ClientQueue } from '../client-queue.ts';
import { QueueError } from '../errors.ts';
import type { StoredJob } from '../job.ts';
import { isOver } from '../states.ts';
import type { Change, QueueStore } from '../store.ts';
import { toDeletionWire, toJobWire, type ChangesWire } from '../wire.ts';
import { watchSteps } from '../watching.ts';
import type { RoutesHost } from './host.ts';

const PAGE = 100;
const KEEP_ALIVE_SECONDS = 15;

/**
 * Server-Sent Events: `job` (data: the job as GET /queue/job/{id} has it) and `deleted` (data: `{job_id}`), each with
 * the change's sequence number as its id, so that `Last-Event-ID` resumes. Several changes of a job in between come
 * as one event with its newest state.
 */
export function eventRoutes({ queue: { store }, clientOf, closing }: RoutesHost): Hono {
  const app = new Hono();

  app.get('/queue/changes', async (context) => {
    const since = parseSequence(context.req.query('since') ?? '0', 'since');
    const changes = await clientOf(context.req.raw).changes(since, PAGE);
    // After the changes: a deletion that is forgotten in between is missing from them, and this tells.
    const { id, head, completeSince } = await store.feed();
    const answer: ChangesWire = {
      changes: changes.map(toChangeWire),
      next_since: changes.at(-1)?.sequence ?? Math.min(since, head),
      feed: id,
      complete_since: completeSince,
    };
    return context.json(answer);
  });

  app.get('/queue/events', async (context) => {
    const since = lastEventId(context) ?? (await store.head());
    const client = clientOf(context.req.raw);
    return streamEvents(context, closing, (stream, signal) =>
      sendChanges(store, client, since, stream, signal),
    );
  });

  app.get('/queue/job/:id/events', async (context) => {
    const stored = await clientOf(context.req.raw).get(context.req.param('id'));
    const since = lastEventId(context) ?? 0;
    // 204 is how a server tells an EventSource not to come back: all was said.
    if (isOver(stored.job.counts) && stored.sequence <= since) return context.body(null, 204);
    return streamEvents(context, closing, (stream, signal) =>
      sendJob(store, stored.job.id, since, stream, signal),
    );
  });

  return app;
}

type Send = (stream: SSEStreamingApi, signal: AbortSignal) => Promise<void>;

function streamEvents(context: Context, closing: AbortSignal | undefined, send: Send): Response {
  context.header('cache-control', 'no-store');
  // Keeps a buffering reverse proxy from holding events back.
  context.header('x-accel-buffering', 'no');
  return streamSSE(context, async (stream) => {
    const gone = new AbortController();
    stream.onAbort(() => {
      gone.abort();
    });
    await stream.write(': connected\n\n');
    const signal = closing === undefined ? gone.signal : AbortSignal.any([gone.signal, closing]);
    await send(stream, signal);
  });
}

async function sendChanges(
  store: QueueStore,
  client: ClientQueue,
  from: number,
  stream: SSEStreamingApi,
  signal: AbortSignal,
): Promise<void> {
  let since = from;
  for await (const step of watchSteps(store, { signal, idleSeconds: KEEP_ALIVE_SECONDS })) {
    if (step === 'idle') await stream.write(': still here\n\n');
    for (;;) {
      const changes = await client.changes(since, PAGE);
      for (const change of changes) await stream.writeSSE(toEvent(change));
      since = changes.at(-1)?.sequence ?? since;
      if (changes.length < PAGE) break;
    }
  }
}

/** Ends after the event that says the job is over or gone. */
async function sendJob(
  store: QueueStore,
  jobId: string,
  from: number,
  stream: SSEStreamingApi,
  signal: AbortSignal,
): Promise<void> {
  let since = from;
  for await (const step of watchSteps(store, { signal, idleSeconds: KEEP_ALIVE_SECONDS })) {
    if (step === 'idle') await stream.write(': still here\n\n');
    const stored = await store.get(jobId);
    if (stored === undefined) {
      await stream.writeSSE({ event: 'deleted', data: JSON.stringify({ job_id: jobId }) });
      return;
    }
    if (stored.sequence > since) {
      since = stored.sequence;
      await stream.writeSSE(jobEvent(stored));
    }
    if (isOver(stored.job.counts)) return;
  }
}

function jobEvent(stored: StoredJob) {
  return { event: 'job', id: String(stored.sequence), data: JSON.stringify(toJobWire(stored)) };
}

function toEvent(change: Change) {
  switch (change.kind) {
    case 'changed':
      return jobEvent(change.job);
    case 'removed':
      return {
        event: 'deleted',
        id: String(change.sequence),
        data: JSON.stringify(toDeletionWire(change)),
      };
    default:
      return change satisfies never;
  }
}

function toChangeWire(change: Change): ChangesWire['changes'][number] {
  switch (change.kind) {
    case 'changed':
      return { type: 'job', sequence: change.sequence, job: toJobWire(change.job) };
    case 'removed':
      return { type: 'deleted', sequence: change.sequence, ...toDeletionWire(change) };
    default:
      return change satisfies never;
  }
}

function lastEventId(context: Context): number | undefined {
  const given = context.req.header('last-event-id') ?? context.req.query('last-event-id');
  return given === undefined || given === '' ? undefined : parseSequence(given, 'Last-Event-ID');
}

function parseSequence(text: string, name: string): number {
  if (!/^\d{1,15}$/.test(text)) {
    throw new QueueError(
      'filter_invalid',
      `${name}=${text} is not a sequence number: a whole number from 0.`,
    );
  }
  return Number(text);
}
