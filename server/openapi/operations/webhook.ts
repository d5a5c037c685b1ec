import { ref } from '../schemas.ts';
import type { Operation, Parameter } from '../types.ts';

/** For submissions that are not waited for. */
export const WEBHOOK_URL = {
  type: 'string',
  format: 'uri',
  description:
    'Is told when the job is over, as `webhooks` describes. At a public address; the server needs a secret to sign with (an API key has one).',
} as const;

const header = (name: string, description: string): Parameter => ({
  name,
  in: 'header',
  required: true,
  description,
  schema: { type: 'string' },
});

/** What the server sends to a job's `webhook_url`. */
export const jobOver: Operation = {
  operationId: 'jobOver',
  tags: ['Jobs'],
  summary: 'A job is over',
  description:
    'Sent to the `webhook_url` of a job when it is completed, failed or cancelled, and again later when that fails; its headers are those of Standard Webhooks (https://www.standardwebhooks.com). Redirects are not followed.',
  security: [],
  parameters: [
    header('webhook-id', 'The same in every try of one message.'),
    header('webhook-timestamp', 'Of this try, in seconds since 1970.'),
    header('webhook-signature', '`v1,` and the HMAC-SHA256 of `id.timestamp.body` in base64.'),
  ],
  requestBody: {
    required: true,
    content: { 'application/json': { schema: ref('WebhookMessage') } },
  },
  responses: {
    '2XX': { description: 'It was received.' },
    410: { description: 'No more of it, please: it is not sent again.' },
    default: { description: 'It is sent again later.' },
  },
};
