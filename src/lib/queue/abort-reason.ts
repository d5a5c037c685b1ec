import { QueueError } from './errors.ts';

/**
 * Why a signal aborted, as something to throw. Servers abort a request whose client has gone away with a mere text, and
 * what is no Error would pass by all who handle errors.
 */
export function abortReason({ reason }: AbortSignal): Error {
  if (reason instanceof Error) return reason;
  return new QueueError('request_malformed', 'The client went away before its request was done.', {
    cause: reason,
  });
}
