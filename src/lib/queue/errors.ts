/** What can be wrong with a request, and the HTTP status that says so. The one map from code to status. */
export const ERROR_STATUS = {
  request_empty: 400,
  images_missing: 400,
  request_malformed: 400,
  option_invalid: 400,
  option_unsupported: 400,
  model_unknown: 400,
  model_not_installed: 409,
  filter_invalid: 400,
  order_invalid: 400,
  job_over: 400,
  job_not_retryable: 409,
  run_over: 409,
  result_not_ready: 409,
  cross_site: 403,
  metrics_closed: 403,
  metrics_token_wrong: 401,
  key_missing: 401,
  key_invalid: 401,
  operator_only: 403,
  url_fetch_off: 403,
  url_refused: 400,
  url_unreachable: 502,
  upload_too_slow: 408,
  upload_request_invalid: 400,
  upload_too_fragmented: 400,
  upload_not_found: 404,
  upload_offset_wrong: 409,
  upload_unfinished: 409,
  upload_used: 409,
  upload_version_unsupported: 412,
  upload_checksum_wrong: 460,
  job_not_found: 404,
  item_not_found: 404,
  result_not_found: 404,
  input_not_found: 404,
  route_not_found: 404,
  file_too_large: 413,
  request_too_large: 413,
  too_many_files: 413,
  url_too_long: 414,
  media_type_unsupported: 415,
  idempotency_conflict: 422,
  image_failed: 422,
  image_too_large: 413,
  host_mismatch: 421,
  queue_full: 429,
  storage_quota_reached: 429,
  key_quota_reached: 429,
  rate_limited: 429,
  too_many_streams: 429,
  headers_too_large: 431,
  internal_error: 500,
  shutting_down: 503,
  not_ready: 503,
  storage_unavailable: 503,
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
  /** When it may be worth another try: the header `Retry-After`. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    code: QueueErrorCode,
    message: string,
    options: { cause?: unknown; fields?: Record<string, unknown>; retryAfterSeconds?: number } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.fields = options.fields ?? {};
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get status(): number {
    return ERROR_STATUS[this.code];
  }
}
