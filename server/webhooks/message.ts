import { createHmac } from 'node:crypto';
import { stateOf, type StoredJob } from '#queue/job.ts';
import { toJobWire } from '#queue/wire.ts';

/** What a webhook says, the same in every try but for the state of the webhook itself. */
export interface Message {
  /** The same in every try, so that a receiver can tell a repetition. */
  readonly id: string;
  readonly body: string;
}

/** @param stored a job that is over */
export function messageOf(stored: StoredJob): Message {
  const { job } = stored;
  const endedAt = job.completedAt ?? job.createdAt;
  const body = {
    type: `job.${stateOf(job)}`,
    timestamp: new Date(endedAt).toISOString(),
    data: toJobWire(stored),
  };
  // A job that was retried ends again, which is another message.
  return { id: `msg_${job.id}_${String(endedAt)}`, body: JSON.stringify(body) };
}

/**
 * Headers of Standard Webhooks (https://www.standardwebhooks.com): the signature is over id, time and body, so that
 * none of them can be changed, and an old message not be sent again later.
 * @param now milliseconds since the epoch
 */
export function signedHeaders({ id, body }: Message, secret: Buffer, now: number): Record<string, string> {
  const timestamp = String(Math.floor(now / 1000));
  const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}
