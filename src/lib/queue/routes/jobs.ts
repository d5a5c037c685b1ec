import { Hono, type Context } from 'hono';
import * as z from 'zod/mini';
import { QueueError } from '../errors.ts';
import { stateOf, type StoredJob } from '../job.ts';
import { STATES } from '../states.ts';
import type { ListPosition } from '../store.ts';
import { toJobWire, type DeletedWire, type JobActionWire, type JobListWire } from '../wire.ts';
import type { RoutesHost } from './host.ts';

const MAX_LIMIT = 100;
const listLimit = z._default(
  z.coerce.number().check(z.multipleOf(1), z.minimum(1), z.maximum(MAX_LIMIT)),
  20,
);

export function jobRoutes({ clientOf }: RoutesHost): Hono {
  const app = new Hono();

  app.get('/queue/jobs', async (context) => {
    const query = parseListQuery(context.req.query());
    const page = await clientOf(context.req.raw).list(query);
    const last = page.jobs.at(-1);
    const answer: JobListWire = {
      total: page.total,
      jobs: page.jobs.map(toJobWire),
      next_cursor: page.hasMore && last !== undefined ? toCursor(last) : null,
    };
    return context.json(answer);
  });

  app.get('/queue/job/:id', async (context) =>
    context.json(toJobWire(await clientOf(context.req.raw).get(context.req.param('id')))),
  );

  app.post('/queue/job/:id/cancel', async (context) => {
    const stored = await clientOf(context.req.raw).cancel(...target(context));
    return context.json(action(stored, 'Job cancelled'));
  });

  app.post('/queue/job/:id/retry', async (context) => {
    const stored = await clientOf(context.req.raw).retry(...target(context));
    return context.json(action(stored, 'Job queued again'));
  });

  app.delete('/queue/job/:id', async (context) => {
    const id = context.req.param('id');
    await clientOf(context.req.raw).remove(id);
    const answer: DeletedWire = { job_id: id, message: 'Job deleted' };
    return context.json(answer);
  });

  return app;
}

/** Which job, and which run of it, if that is said. */
function target({ req }: Context<object, '/queue/job/:id/*'>): [jobId: string, run: number | undefined] {
  const run = req.query('run');
  if (run !== undefined && !/^\d{1,9}$/.test(run)) {
    throw new QueueError(
      'filter_invalid',
      `run=${run} is not the number of a run. They are numbered from 0.`,
    );
  }
  return [req.param('id'), run === undefined ? undefined : Number(run)];
}

function action({ job }: StoredJob, message: string): JobActionWire {
  return { job_id: job.id, status: stateOf(job), message };
}

function parseListQuery(query: Record<string, string>) {
  const state = z.optional(z.enum(STATES)).safeParse(query.status || undefined);
  if (!state.success) {
    throw new QueueError(
      'filter_invalid',
      `status=${query.status ?? ''} is not a state. Use one of: ${STATES.join(', ')}.`,
    );
  }
  const limit = listLimit.safeParse(query.limit);
  if (!limit.success) {
    throw new QueueError(
      'filter_invalid',
      `limit=${query.limit ?? ''} is not a whole number from 1 to ${String(MAX_LIMIT)}.`,
    );
  }
  const after = query.cursor === undefined ? undefined : parseCursor(query.cursor);
  return { state: state.data, limit: limit.data, after };
}

function toCursor({ job }: StoredJob): string {
  return `${job.createdAt.toString(36)}.${job.id}`;
}

function parseCursor(cursor: string): ListPosition {
  const match = /^([0-9a-z]{1,11})\.([0-9a-f-]{36})$/.exec(cursor);
  if (match?.[1] === undefined || match[2] === undefined) {
    throw new QueueError(
      'filter_invalid',
      `cursor=${cursor} is not one. Use the next_cursor of an earlier answer.`,
    );
  }
  return { createdAt: Number.parseInt(match[1], 36), id: match[2] };
}
