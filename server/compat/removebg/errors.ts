import { ERROR_STATUS, QueueError } from '#queue/errors.ts';
import { toProblem } from '#queue/problem.ts';

/** A refusal in remove.bg's own words: its code and status, a title, and what can be done. */
export class RemoveBgError extends Error {
  override readonly name = 'RemoveBgError';
  readonly code: string;
  readonly status: number;
  readonly detail: string;

  constructor(code: string, title: string, detail: string, status = 400) {
    super(title);
    this.code = code;
    this.status = status;
    this.detail = detail;
  }
}

/** Why an image failed, as remove.bg calls it. All of these are the image's fault, and a 400. */
const IMAGE_FAULTS: Readonly<Record<string, readonly [code: string, title: string]>> = {
  image_empty: ['failed_to_read_image', 'Failed to read image'],
  image_undecodable: ['failed_to_read_image', 'Failed to read image'],
  image_unsupported: ['invalid_file_type', 'File type not supported'],
  image_too_large: ['resolution_too_high', 'Input image has too many pixels'],
};

/** What remove.bg answers with 400 and the contract with a status of its own. */
export const AS_400: readonly number[] = [413, 415, 422];

/** `{"errors":[{"title","code","detail"}]}` for any error. */
export function errorResponse(error: unknown): Response {
  const { title, code, detail, status } = describe(error);
  const seconds = error instanceof QueueError ? error.retryAfterSeconds : undefined;
  const headers = new Headers({ 'cache-control': 'no-store' });
  if (seconds !== undefined) headers.set('retry-after', String(Math.max(1, Math.ceil(seconds))));
  return Response.json({ errors: [{ title, code, detail }] }, { status, headers });
}

function describe(error: unknown): { title: string; code: string; detail: string; status: number } {
  if (error instanceof RemoveBgError) {
    const { message: title, code, detail, status } = error;
    return { title, code, detail, status };
  }
  if (error instanceof QueueError && error.code === 'image_failed') return ofImage(error);
  const { title, code, detail, status } = toProblem(error);
  return { title, code, detail, status: AS_400.includes(status) ? 400 : status };
}

function ofImage(error: QueueError): { title: string; code: string; detail: string; status: number } {
  const cause: unknown = error.fields['cause'];
  const failed = typeof cause === 'object' && cause !== null && 'code' in cause ? String(cause.code) : '';
  const fault = IMAGE_FAULTS[failed];
  const [code, title] = fault ?? ['processing_failed', 'The image could not be processed'];
  return { code, title, detail: error.message, status: fault ? 400 : ERROR_STATUS.internal_error };
}

export function unknownForeground(): RemoveBgError {
  return new RemoveBgError(
    'unknown_foreground',
    'Could not identify foreground in image',
    'No subject was found. Use a picture with one that stands out from its background.',
  );
}

/** @param allowed ends the sentence "Allowed: …" */
export function invalidParameter(name: string, value: string, allowed: string): RemoveBgError {
  return new RemoveBgError(
    'invalid_parameter',
    `Invalid value for parameter ${name}`,
    `${name}=${value.slice(0, 200)} cannot be used. Allowed: ${allowed}.`,
  );
}
