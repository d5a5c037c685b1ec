import { ERROR_STATUS, QueueError } from './errors.ts';
import type { ProblemWire } from './wire.ts';

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not found',
  408: 'Request timed out',
  409: 'Conflict',
  412: 'Precondition failed',
  413: 'Content too large',
  414: 'URL too long',
  415: 'Unsupported media type',
  421: 'Misdirected request',
  422: 'Unprocessable content',
  429: 'Too many requests',
  431: 'Headers too large',
  460: 'Checksum mismatch',
  500: 'Internal server error',
  502: 'Bad gateway',
  503: 'Service unavailable',
  504: 'Timed out',
  507: 'Insufficient storage',
};

/** What a status means, in words. */
export function titleOf(status: number): string {
  return TITLES[status] ?? 'Error';
}

/**
 * RFC 9457 problem details of an error. What is not a `QueueError` is ours, and says nothing of its inside; the host
 * logs it. `error` repeats the sentence for clients that read the older field.
 */
export function toProblem(error: unknown): ProblemWire {
  const refusal =
    error instanceof QueueError
      ? error
      : new QueueError(
          'internal_error',
          'Something went wrong on our side. Try again; the log of the server has the cause.',
        );
  const status = ERROR_STATUS[refusal.code];
  return {
    type: 'about:blank',
    title: titleOf(status),
    status,
    detail: refusal.message,
    code: refusal.code,
    error: refusal.message,
    ...refusal.fields,
  };
}

export function problemResponse(error: unknown): Response {
  const problem = toProblem(error);
  const headers = new Headers({ 'content-type': 'application/problem+json', 'cache-control': 'no-store' });
  const seconds = error instanceof QueueError ? error.retryAfterSeconds : undefined;
  if (seconds !== undefined) headers.set('retry-after', String(Math.max(1, Math.ceil(seconds))));
  return Response.json(problem, { status: problem.status, headers });
}
