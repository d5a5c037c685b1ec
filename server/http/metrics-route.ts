import { createHash, timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import { QueueError } from '#queue/errors.ts';
import { problemResponse } from '#queue/problem.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { isLoopback } from './guard.ts';
import { isProxied } from './proxied.ts';

export interface MetricsAccess {
  /** Address that the server is bound to. */
  readonly host: string;
  readonly metricsToken: string | undefined;
}

/**
 * `GET /metrics` for Prometheus. With a token, whoever shows it may read. Without one, only programs on this machine:
 * the server must be bound to loopback, and the request must not come by way of a proxy.
 */
export function metricsRoute(metrics: Metrics, access: MetricsAccess): Hono {
  const app = new Hono();
  app.get('/metrics', async (context) => {
    const refusal = refusalOf(context.req.raw.headers, access);
    if (refusal !== undefined) {
      const answer = problemResponse(refusal);
      if (answer.status === 401) answer.headers.set('www-authenticate', 'Bearer realm="metrics"');
      return answer;
    }
    return context.body(await metrics.read(), 200, {
      'content-type': metrics.contentType,
      'cache-control': 'no-store',
    });
  });
  return app;
}

function refusalOf(headers: Headers, { host, metricsToken }: MetricsAccess): QueueError | undefined {
  if (metricsToken === undefined) {
    if (isLoopback(host) && !isProxied(headers)) return undefined;
    return new QueueError(
      'metrics_closed',
      'Metrics are for programs on the same machine. To read them from elsewhere, set OFFCUT_METRICS_TOKEN and send it as "Authorization: Bearer …".',
    );
  }
  const given = /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1];
  if (given !== undefined && sameText(given, metricsToken)) return undefined;
  return new QueueError(
    'metrics_token_wrong',
    given === undefined
      ? 'Send the token of the metrics (OFFCUT_METRICS_TOKEN of the server) as "Authorization: Bearer …".'
      : 'This is not the token of the metrics. It is in OFFCUT_METRICS_TOKEN of the server.',
  );
}

/** In a time that tells nothing of where they differ. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
