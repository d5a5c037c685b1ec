import { Hono } from 'hono';
import * as z from 'zod/mini';
import { boundedChunks } from '../bounded.ts';
import { QueueError } from '../errors.ts';
import type { OrderWire, PauseWire } from '../wire.ts';
import type { RoutesHost } from './host.ts';

/** Longer than any list that people drag things in, and one transaction for all of it. */
const MAX_ORDERED = 10_000;
/** Of as many ids, in JSON with room to spare. */
const MAX_BYTES = MAX_ORDERED * 64;
const orderRequest = z.object({
  job_ids: z.array(z.string()).check(z.minLength(1), z.maxLength(MAX_ORDERED)),
});

/** The line in which jobs wait: whether it moves, and who is next. */
export function lineRoutes(host: RoutesHost): Hono {
  const app = new Hono();

  for (const paused of [true, false]) {
    app.post(paused ? '/queue/pause' : '/queue/resume', async (context) => {
      host.requireOperator?.(context.req.raw);
      await host.queue.store.setPaused(paused);
      const message = paused
        ? 'The queue is paused: what is being worked on is finished, nothing else is begun'
        : 'The queue goes on';
      const answer: PauseWire = { paused, message };
      return context.json(answer);
    });
  }

  app.post('/queue/order', async (context) => {
    const jobIds = parseOrder(await readText(context.req.raw));
    const answer: OrderWire = {
      job_ids: await host.clientOf(context.req.raw).reorder(jobIds),
      message: 'These jobs take their turns in this order',
    };
    return context.json(answer);
  });

  return app;
}

function parseOrder(text: string): string[] {
  const parsed = orderRequest.safeParse(fromJson(text));
  if (!parsed.success) {
    throw new QueueError(
      'order_invalid',
      `The body is no order of jobs. Send JSON such as {"job_ids":["…","…"]}, with 1 to ${String(MAX_ORDERED)} ids.`,
    );
  }
  const ids = parsed.data.job_ids;
  const seen = new Set<string>();
  for (const id of ids) {
    if (seen.has(id)) {
      throw new QueueError('order_invalid', `The order names the job ${id} twice. Name each job once.`);
    }
    seen.add(id);
  }
  return ids;
}

async function readText({ body }: Request): Promise<string> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  if (body !== null) {
    for await (const chunk of boundedChunks(body, { maxBytes: MAX_BYTES })) chunks.push(chunk);
  }
  return new Blob(chunks).text();
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
