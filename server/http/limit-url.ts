import type { MiddlewareHandler } from 'hono';
import { QueueError } from '#queue/errors.ts';

/** Characters, the origin included. No route needs a tenth of it; URLs of images may be long. */
const MAX_URL_LENGTH = 8 * 1024;

export const limitUrl: MiddlewareHandler = async (context, next) => {
  const { length } = context.req.url;
  if (length > MAX_URL_LENGTH) {
    throw new QueueError(
      'url_too_long',
      `The URL has ${String(length)} characters, and the server reads up to ${String(MAX_URL_LENGTH)}. Send what is long as form fields.`,
      { fields: { max_length: MAX_URL_LENGTH } },
    );
  }
  await next();
};
