import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import type { Context, Span, SpanContext, Tracer } from '@opentelemetry/api';

/*
 * OpenTelemetry through its API package alone: as long as nobody registers an SDK (docs/operations.md shows how),
 * every call here ends in a no-op.
 *
 * All work on the images of a job, in whichever process, belongs to one trace, whose id is the job's id without its
 * dashes: nothing has to be carried with the job, and a job's trace is found by its id.
 */

/** Looked up at each use: an SDK may be registered after this module was loaded. */
export function tracer(): Tracer {
  return trace.getTracer('offcut');
}

/** The trace of a job, as its spans' parent. `undefined` for an id that is no UUID. */
export function jobTrace(jobId: string): SpanContext | undefined {
  const traceId = jobId.replaceAll('-', '').toLowerCase();
  if (!/^[0-9a-f]{32}$/.test(traceId)) return undefined;
  // The end of a UUID is its random part; a span's id must not be zero.
  const spanId = traceId.slice(16).replace(/^0{16}$/, '0000000000000001');
  return { traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true };
}

export function jobContext(jobId: string): Context {
  const parent = jobTrace(jobId);
  return parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
}

/** The context that a request's `traceparent` and `tracestate` name. */
export function contextOf(headers: Headers): Context {
  return propagation.extract(ROOT_CONTEXT, headers, {
    get: (carrier, key) => carrier.get(key) ?? undefined,
    keys: (carrier) => [...carrier.keys()],
  });
}

export function failSpan(span: Span, message: string, cause?: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message });
  if (cause instanceof Error) span.recordException(cause);
}

export { context, SpanKind, trace };
