import type { Failure, StoredJob } from '#queue/job.ts';
import { NotPublicError, type PublicFetch } from '../http/public-fetch.ts';
import { VERSION } from '../version.ts';
import { messageOf, signedHeaders } from './message.ts';
import { webhookTarget } from './target.ts';

const ANSWER_SECONDS = 10;
/** The receiver wants no more of it. */
const GONE = 410;

export type Outcome =
  | { readonly kind: 'delivered' }
  | {
      readonly kind: 'failed';
      readonly failure: Failure;
      /** No further try would help. */ readonly final: boolean;
    };

export interface Caller {
  readonly fetch: PublicFetch;
  readonly privateHosts: readonly string[];
  readonly now: () => number;
}

/** Tries once to tell the receiver of a job that is over. Never throws. @param closing ends it */
export async function callWebhook(
  { fetch, privateHosts, now }: Caller,
  url: string,
  stored: StoredJob,
  secret: Buffer,
  closing: AbortSignal,
): Promise<Outcome> {
  const target = webhookTarget(url, privateHosts);
  if (target.kind === 'unfit') return failed('webhook_refused', `It was not called: ${target.why}.`, true);
  const message = messageOf(stored);
  const headers = {
    'content-type': 'application/json',
    'user-agent': `offcut/${VERSION}`,
    ...signedHeaders(message, secret, now()),
  };
  const timeout = AbortSignal.timeout(ANSWER_SECONDS * 1000);
  try {
    const signal = AbortSignal.any([timeout, closing]);
    const answer = await fetch(target.url, { method: 'POST', headers, body: message.body, signal });
    // Its status says all: a body of any length costs nothing.
    answer.destroy();
    return outcomeOf(answer.statusCode ?? 0);
  } catch (cause) {
    if (cause instanceof NotPublicError)
      return failed('webhook_refused', `It was not called: ${cause.message}.`);
    if (timeout.aborted) {
      return failed('webhook_timed_out', `It did not answer within ${String(ANSWER_SECONDS)} seconds.`);
    }
    if (closing.aborted) return failed('webhook_interrupted', 'The server was shut down meanwhile.');
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'the connection failed';
    return failed('webhook_unreachable', `It cannot be reached: ${code}.`);
  }
}

function outcomeOf(status: number): Outcome {
  if (status >= 200 && status < 300) return { kind: 'delivered' };
  if (status === GONE) return failed('webhook_gone', 'It answered 410: it wants no more of it.', true);
  const redirects = status >= 300 && status < 400 ? ', and redirects are not followed' : '';
  return failed('webhook_answered', `It answered ${String(status)}${redirects}.`);
}

function failed(code: string, message: string, final = false): Outcome {
  return { kind: 'failed', failure: { code, message }, final };
}
