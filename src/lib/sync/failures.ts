/** What a request came to, as far as the client says. */
export interface RequestFailure {
  readonly code: string;
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  readonly message: string;
  readonly retryAfterSeconds?: number | undefined;
}

/** What follows from it. */
export type Verdict =
  /** Nobody is there: everything again later. */
  | { readonly kind: 'away' }
  /** It asks for a pause. */
  | { readonly kind: 'busy'; readonly seconds: number }
  /** It does not let this key, or this page, in: stop until the user does something. */
  | { readonly kind: 'closed' }
  /** It does not do this, and would not the next time. */
  | { readonly kind: 'refusal' };

/** Longer than anyone would wait to be asked again. */
const LONGEST_SECONDS = 3600;

export function judge({ code, status, retryAfterSeconds }: RequestFailure): Verdict {
  if (status === 401 || status === 403 || status === 421) return { kind: 'closed' };
  if (retryAfterSeconds !== undefined && (status === 429 || status >= 500)) {
    return { kind: 'busy', seconds: Math.min(Math.max(1, retryAfterSeconds), LONGEST_SECONDS) };
  }
  if (status === 429 || status === 408 || status >= 500 || status < 400) return { kind: 'away' };
  // Not from our server, but from something on the way; of these only the limit of a proxy is about the request.
  if (code === 'answer_invalid' && status !== 413) return { kind: 'away' };
  return { kind: 'refusal' };
}

/**
 * How long to wait after `failures` in a row, in milliseconds: doubles from 1 s to 5 min, with up to a quarter taken off
 * so that devices that lost a server together do not come back together.
 * @param random in [0, 1)
 */
export function pauseMillis(failures: number, random: number): number {
  const seconds = Math.min(300, 2 ** Math.max(0, failures - 1));
  return Math.round(seconds * 1000 * (1 - random / 4));
}
