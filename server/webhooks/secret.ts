import { randomBytes } from 'node:crypto';

const SECRET = /^whsec_([A-Za-z0-9+/]+={0,2})$/;

/** As Standard Webhooks has it: `whsec_` and 24 to 64 bytes in base64; these are 32. */
export function newWebhookSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** The bytes that a secret signs with; undefined for what is no secret. */
export function bytesOfSecret(secret: string): Buffer | undefined {
  const bytes = Buffer.from(SECRET.exec(secret)?.[1] ?? '', 'base64');
  return bytes.length >= 24 && bytes.length <= 64 ? bytes : undefined;
}

export function isWebhookSecret(text: string): boolean {
  return bytesOfSecret(text) !== undefined;
}
