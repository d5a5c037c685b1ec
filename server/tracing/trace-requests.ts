import type { MiddlewareHandler } from 'hono';
import { submittedJob } from '../http/log-requests.ts';
import { context as active, contextOf, failSpan, jobTrace, SpanKind, trace, tracer } from './spans.ts';

/** A span for each request, below the caller's; one that submits a job links to the job's own trace. */
export function traceRequests(routeOf: (path: string) => string): MiddlewareHandler {
  return async (context, next) => {
    const { method, path, raw } = context.req;
    const parent = contextOf(raw.headers);
    const span = tracer().startSpan(
      `${method} ${routeOf(path)}`,
      {
        kind: SpanKind.SERVER,
        attributes: { 'http.request.method': method, 'http.route': routeOf(path), 'url.path': path },
      },
      parent,
    );
    if (!span.isRecording()) {
      await next();
      return;
    }
    await active.with(trace.setSpan(parent, span), next);
    const { status } = context.res;
    span.setAttribute('http.response.status_code', status);
    if (status >= 500) failSpan(span, `answered ${String(status)}`);
    const job = await submittedJob(context);
    const link = job === undefined ? undefined : jobTrace(job);
    if (job !== undefined && link !== undefined)
      span.setAttribute('offcut.job', job).addLink({ context: link });
    span.end();
  };
}
