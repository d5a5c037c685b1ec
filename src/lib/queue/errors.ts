/** What can be wrong with a request, and the HTTP status that says so. The one map from code to status. */
export const ERROR_STATUS = {
  request_empty: 400,
  images_missing: 400,
  images_wrong_field: 400,
  request_malformed: 400,
  option_invalid: 400,
  option_unsupported: 400,
  model_unknown: 400,
  model_not_installed: 409,
  filter_invalid: 400,
  job_over: 400,
  job_not_retryable: 409,
  result_not_ready: 409,
  cross_site: 403,
  url_fetch_off: 403,
  url_refused: 400,
  url_unreachable: 502,
  job_not_found: 404,
  item_not_found: 404,
  result_not_found: 404,
  route_not_found: 404,
  file_too_large: 413,
  request_too_large: 413,
  too_many_files: 413,
  media_type_unsupported: 415,
  idempotency_conflict: 422,
  image_failed: 422,
  host_mismatch: 421,
  internal_error: 500,
  shutting_down: 503,
  storage_full: 507,
  timed_out: 504,
} as const satisfies Record<string, number>;

export type QueueErrorCode = keyof typeof ERROR_STATUS;

/**
 * A refusal. `message` is a sentence that says what is wrong, names the value that offended, and says what to do;
 * `fields` go into the problem document beside it.
 */
export class QueueError extends Error {
  override readonly name = 'QueueError';
  readonly code: QueueErrorCode;
  readonly fields: Readonly<Record<string, unknown>>;

  constructor(
    code: QueueErrorCode,
    message: string,
    options: { cause?: unknown; fields?: Record<string, unknown> } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.fields = options.fields ?? {};
  }

  get status(): number {
    return ERROR_STATUS[this.code];
  }
}
