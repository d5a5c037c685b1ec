import { STATES } from '#queue/states.ts';
import type { Parameter } from './types.ts';

export const JOB_ID: Parameter = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'The `job_id` of a submission.',
  schema: { type: 'string' },
};

export const INDEX: Parameter = {
  name: 'index',
  in: 'path',
  required: true,
  description: 'Which image of the job, from 0.',
  schema: { type: 'integer', minimum: 0, maximum: 999_999 },
  example: 0,
};

export const RUN: Parameter = {
  name: 'run',
  in: 'query',
  description:
    'The `run` of the job as it was when this was decided: refused when it is in another one by now.',
  schema: { type: 'integer', minimum: 0, maximum: 999_999_999 },
  example: 0,
};

export const IDEMPOTENCY_KEY: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'The same request with the same key answers the first job; another one with it is refused. Send one, and a request whose answer got lost can be repeated.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
  example: 'order-17',
};

const SEQUENCE = { type: 'string', pattern: '^[0-9]{1,15}$' } as const;

export const LAST_EVENT_ID: Parameter = {
  name: 'Last-Event-ID',
  in: 'header',
  description: 'The `id` of the last event that came: the stream goes on from there.',
  schema: SEQUENCE,
  example: '0',
};

export const LAST_EVENT_ID_IN_QUERY: Parameter = {
  ...LAST_EVENT_ID,
  name: 'last-event-id',
  in: 'query',
  description: 'The same, for clients that cannot set headers.',
};

export const SINCE: Parameter = {
  name: 'since',
  in: 'query',
  description: 'The `next_since` of the answer before; 0 is the beginning.',
  schema: { ...SEQUENCE, default: '0' },
  example: '0',
};

export const LIST: readonly Parameter[] = [
  {
    name: 'status',
    in: 'query',
    description: 'Only jobs in this state.',
    schema: { type: 'string', enum: [...STATES] },
    example: 'completed',
  },
  {
    name: 'limit',
    in: 'query',
    description: 'How many jobs a page has.',
    schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    example: 20,
  },
  {
    name: 'cursor',
    in: 'query',
    description: 'The `next_cursor` of the page before.',
    schema: { type: 'string', pattern: '^[0-9a-z]{1,11}\\.[0-9a-f-]{36}$' },
  },
];
