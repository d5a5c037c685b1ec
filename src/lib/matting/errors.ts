/** Everything that can go wrong between an image's bytes and its cutout; each code is one remedy. */
export const MATTING_ERROR_CODES = [
  'image_empty',
  'image_unsupported',
  'image_undecodable',
  'image_too_large',
  'model_unavailable',
  'model_invalid',
  'runtime_failed',
  'encode_failed',
  'options_invalid',
  'aborted',
] as const;
export type MattingErrorCode = (typeof MATTING_ERROR_CODES)[number];

/** Whether the same input may succeed later: never when the image itself is at fault. */
const RETRYABLE = {
  image_empty: false,
  image_unsupported: false,
  image_undecodable: false,
  image_too_large: false,
  model_unavailable: true,
  model_invalid: false,
  runtime_failed: true,
  encode_failed: true,
  options_invalid: false,
  aborted: true,
} satisfies Record<MattingErrorCode, boolean>;

/** The only error that the matting layer throws on purpose. Its message is a sentence for the user. */
export class MattingError extends Error {
  override readonly name = 'MattingError';
  readonly code: MattingErrorCode;
  readonly retryable: boolean;

  constructor(code: MattingErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.retryable = RETRYABLE[code];
  }
}

export const MATTING_WARNING_CODES = [
  'image_truncated',
  'image_checksum',
  'image_damaged',
  'image_animated',
  'subject_empty',
] as const;
export type MattingWarningCode = (typeof MATTING_WARNING_CODES)[number];

/** The result stands, but the user should know: `message` is a sentence. */
export interface MattingWarning {
  readonly code: MattingWarningCode;
  readonly message: string;
}

/** Throws `aborted` once the signal has fired; stages call it before they start. */
export function throwIfAborted(signal: AbortSignal): void {
  if (!signal.aborted) return;
  throw new MattingError('aborted', 'The work on this image was stopped before it was finished.', {
    cause: signal.reason,
  });
}

/** Keeps a MattingError as it is and wraps anything else, its own message appended to `sentence`. */
export function toMattingError(cause: unknown, code: MattingErrorCode, sentence: string): MattingError {
  if (cause instanceof MattingError) return cause;
  const detail = cause instanceof Error ? cause.message : String(cause);
  return new MattingError(code, `${sentence} (${detail.trim()})`, { cause });
}
