import { randomUUID } from 'node:crypto';

/** What a proxy or client may call a request: nothing that breaks out of a log line or a header. */
const SANE = /^[\w.:@/+=-]{1,128}$/;

/** W3C trace context: version, trace id, span id, flags. A trace id of zeros is none. */
const TRACEPARENT = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(?:-|$)/;

/** The id that a request came with (`X-Request-Id`, else the trace of its `traceparent`), or a new one. */
export function requestIdOf(headers: Headers): string {
  const given = headers.get('x-request-id');
  if (given !== null && SANE.test(given)) return given;
  return TRACEPARENT.exec(headers.get('traceparent') ?? '')?.[1] ?? randomUUID();
}
