import { Hono } from 'hono';
import { QueueError } from '#queue/errors.ts';
import { problemResponse } from '#queue/problem.ts';
import type { Missing } from '../readiness.ts';

/** `GET /ready` for load balancers: 200 while this process can take requests, else 503 that names what it lacks. */
export function readyRoute(findMissing: () => Promise<readonly Missing[]>): Hono {
  const app = new Hono();
  app.get('/ready', async (context) => {
    const missing = await findMissing();
    if (missing.length === 0) {
      return context.json({ status: 'ready' }, 200, { 'cache-control': 'no-store' });
    }
    const details = missing.map(({ detail }) => detail).join(' ');
    return problemResponse(new QueueError('not_ready', details, { fields: { missing } }));
  });
  return app;
}
