import type { Header, Reference } from './types.ts';

/** `components.headers`. */
export const HEADERS = {
  RequestId: {
    description: 'Finds the request in the log of the server.',
    required: true,
    schema: { type: 'string', minLength: 1 },
  },
  RetryAfter: {
    description: 'Seconds after which to try again.',
    schema: { type: 'string', pattern: '^[0-9]+$' },
  },
  RateLimit: {
    description: 'What remains of each limit that applies: `r`, whole again after `t` seconds.',
    schema: { type: 'string' },
  },
  RateLimitPolicy: {
    description: 'Each limit that applies: `q` in `w` seconds.',
    schema: { type: 'string' },
  },
  Challenge: {
    description: 'That a key is wanted, as RFC 6750 says it.',
    schema: { type: 'string', pattern: '^Bearer' },
  },
  ContentDisposition: {
    description: 'The name of the file: that of the photo, with the result’s ending.',
    required: true,
    schema: { type: 'string' },
  },
} as const satisfies Record<string, Header>;

type Headers = Readonly<Record<string, Header | Reference>>;

const headerRef = (name: keyof typeof HEADERS): Reference => ({ $ref: `#/components/headers/${name}` });

export const RETRY_AFTER: Headers = { 'Retry-After': headerRef('RetryAfter') };
export const CHALLENGE: Headers = { 'WWW-Authenticate': headerRef('Challenge') };
export const RATE_LIMITS: Headers = {
  RateLimit: headerRef('RateLimit'),
  'RateLimit-Policy': headerRef('RateLimitPolicy'),
};
export const FILE_NAME: Headers = { 'Content-Disposition': headerRef('ContentDisposition') };

export function withRequestId(headers: Headers = {}): Headers {
  return { ...headers, 'X-Request-Id': headerRef('RequestId') };
}
