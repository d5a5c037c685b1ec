import type { Context, MiddlewareHandler } from 'hono';
import { z } from 'zod';
import type { Logger } from '../log.ts';
import { requestIdOf } from './request-id.ts';

/**
 * One line a request, when its answer begins: what changes something and what is refused at level info, mere reads
 * at debug. The answer's `x-request-id`, which a refusal repeats as `request_id`, finds its line.
 */
export function logRequests(log: Logger): MiddlewareHandler {
  return async (context, next) => {
    const began = performance.now();
    const request = requestIdOf(context.req.raw.headers);
    await next();
    if (isProblem(context.res)) await nameRequest(context, request);
    context.res.headers.set('x-request-id', request);
    const { method, path } = context.req;
    const { status } = context.res;
    const level = method === 'GET' && status < 400 ? 'debug' : 'info';
    const milliseconds = Math.round(performance.now() - began);
    log[level]({
      event: 'request',
      request,
      method,
      path,
      status,
      milliseconds,
      job: await submittedJob(context),
    });
  };
}

function isProblem({ headers }: Response): boolean {
  return headers.get('content-type') === 'application/problem+json';
}

async function nameRequest(context: Context, request: string): Promise<void> {
  const { status, headers } = context.res;
  const problem: unknown = await context.res.json();
  context.res = Response.json({ ...Object(problem), request_id: request }, { status, headers });
}

const submitted = z.object({ job_id: z.uuid() });

/** The job that this request made, which is in no path yet. */
export async function submittedJob({ req, res }: Context): Promise<string | undefined> {
  if (req.path !== '/queue/submit' || res.status !== 200) return undefined;
  return submitted.safeParse(await res.clone().json()).data?.job_id;
}
