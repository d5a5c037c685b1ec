import { ERROR_STATUS, QueueError } from './errors.ts';
import type { ProblemWire } from './wire.ts';

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  403: 'Forbidden',
  404: 'Not found',
  409: 'Conflict',
  413: 'Content too large',
  415: 'Unsupported media type',
  421: 'Misdirected request',
  422: 'Unprocessable content',
  500: 'Internal server error',
  502: 'Bad gateway',
  503: 'Service unavailable',
  504: 'Timed out',
  507: 'Insufficient storage',
};

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
    title: TITLES[status] ?? 'Error',
    status,
    detail: refusal.message,
    code: refusal.code,
    error: refusal.message,
    ...refusal.fields,
  };
}

export function problemResponse(error: unknown): Response {
  const problem = toProblem(error);
  return Response.json(problem, {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
  });
}
