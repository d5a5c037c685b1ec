import { ERROR_STATUS, type QueueErrorCode } from '#queue/errors.ts';
import { titleOf } from '#queue/problem.ts';
import { CHALLENGE, RETRY_AFTER, withRequestId } from './headers.ts';
import { ref } from './schemas.ts';
import type { Answer } from './types.ts';

/** When each code is answered. A code without a meaning does not compile. */
const MEANINGS: Readonly<Record<QueueErrorCode, string>> = {
  request_empty: 'There is no body, or no Content-Type.',
  images_missing: 'No file is in the field that carries the images.',
  request_malformed: 'The body is cut off, or no multipart form.',
  option_invalid: 'An option has a value that it may not have; `option` and `value` say which.',
  option_unsupported: 'This version does not carry the option out.',
  model_unknown: 'There is no such model here; `models` has those that are.',
  model_not_installed: 'The model is known and not installed.',
  filter_invalid: 'A filter, a limit, a cursor or a sequence number cannot be used.',
  order_invalid: 'The body is no order of jobs.',
  job_over: 'The job is over already.',
  job_not_retryable: 'Nothing of the job failed or was cancelled.',
  run_over: 'The job is in another run than the request is about; `run` says in which.',
  result_not_ready: 'There is no result yet.',
  cross_site: 'The request comes from a page of another site.',
  metrics_closed: 'Metrics are for programs on the machine of the server.',
  metrics_token_wrong: 'The token of the metrics is missing or wrong.',
  key_missing: 'The server wants an API key, and there is none.',
  key_invalid: 'The API key is not one of the server, or was revoked.',
  operator_only: 'It concerns the jobs of all clients, and needs the key of an operator.',
  url_fetch_off: 'The server fetches no images (`OFFCUT_FETCH_URLS`).',
  url_refused: 'The URL is none that may be fetched.',
  url_unreachable: 'The image cannot be fetched from its URL.',
  job_not_found: 'There is no such job, or it was deleted.',
  item_not_found: 'The job has no such image.',
  result_not_found: 'The image has no result.',
  input_not_found: 'The image is not kept as it came in.',
  route_not_found: 'There is nothing at this path.',
  file_too_large: 'A file has too many bytes.',
  request_too_large: 'The request has too many bytes.',
  too_many_files: 'The form has too many files.',
  media_type_unsupported: 'The body is of another type than this route reads.',
  idempotency_conflict: 'Another request came with this `Idempotency-Key` before.',
  image_too_large: 'An image states more pixels than the server decodes.',
  image_failed: 'The image could not be processed; `cause` says why.',
  host_mismatch: 'The server does not answer to this host name.',
  url_too_long: 'The URL is longer than the server reads.',
  headers_too_large: 'The headers are larger than the server reads.',
  upload_too_slow: 'The body came too slowly, or stopped coming.',
  upload_request_invalid: 'A header of the upload is missing, or is none that can be read.',
  upload_too_fragmented: 'The upload came in too many pieces.',
  upload_not_found: 'There is no such upload: it expired, was taken back, or is another client’s.',
  upload_offset_wrong: 'The bytes do not go on where the upload stands; `offset` says where that is.',
  upload_unfinished: 'Bytes of the upload are missing.',
  upload_used: 'The upload is in a job already; `job_id` says which.',
  upload_version_unsupported: 'The request is none of tus 1.0.0.',
  upload_checksum_wrong: 'The bytes are not those of the checksum; none of them was kept.',
  queue_full: 'As many images wait as the server takes.',
  storage_quota_reached: 'As many bytes are kept as the server may keep.',
  key_quota_reached: 'The key has as many jobs, waiting images or bytes as it may have.',
  rate_limited: 'More requests or images in a minute than this client may send.',
  too_many_streams: 'This client has as many streams of events open as it may.',
  internal_error: 'The fault is ours; the log of the server has its cause.',
  shutting_down: 'The server is shutting down.',
  not_ready: 'This process should get no requests now; `missing` says what it lacks.',
  storage_unavailable: 'The storage of images does not answer.',
  storage_full: 'The disk of the server is full.',
  timed_out: 'The result was not ready in time.',
};

/** Every request may be answered with these, also where no key is needed. */
export const ALWAYS = [
  'host_mismatch',
  'internal_error',
  'storage_unavailable',
  'url_too_long',
  'headers_too_large',
] as const satisfies QueueErrorCode[];

/** What needs a key, if the server has any. */
export const KEYED = [
  ...ALWAYS,
  'key_missing',
  'key_invalid',
  'rate_limited',
] as const satisfies QueueErrorCode[];

/** What makes the server work, or changes anything, is refused to pages of other sites. */
export const CHANGES = [...KEYED, 'cross_site'] as const satisfies QueueErrorCode[];

/** What can be wrong with a form that brings images. */
export const FORMS = [
  'request_malformed',
  'option_invalid',
  'model_unknown',
  'model_not_installed',
  'file_too_large',
  'image_too_large',
  'request_too_large',
  'too_many_files',
  'storage_full',
  'upload_too_slow',
  'queue_full',
  'storage_quota_reached',
  'key_quota_reached',
] as const satisfies QueueErrorCode[];

/** …with one of the contract itself. */
export const SUBMISSIONS = [
  ...FORMS,
  'request_empty',
  'images_missing',
  'option_unsupported',
  'media_type_unsupported',
] as const satisfies QueueErrorCode[];

/** Where an image may be named by its URL. */
export const URL_FAULTS = [
  'url_fetch_off',
  'url_refused',
  'url_unreachable',
] as const satisfies QueueErrorCode[];

/** When the result is waited for. */
export const WAITING = ['image_failed', 'timed_out', 'shutting_down'] as const satisfies QueueErrorCode[];

/** Answers by status, each a problem document with one of the codes that have this status. */
export function refusals(...codes: readonly QueueErrorCode[]): Record<string, Answer> {
  const byStatus = Map.groupBy(new Set(codes), (code) => ERROR_STATUS[code]);
  return Object.fromEntries([...byStatus].map(([status, some]) => [String(status), refusal(status, some)]));
}

/** What a status means, and each code that comes with it. */
export function explain(status: number, codes: readonly QueueErrorCode[]): string {
  const meanings = codes.map((code) => `- \`${code}\`: ${MEANINGS[code]}`);
  return [`${titleOf(status)}.`, '', ...meanings].join('\n');
}

/** The headers of a refusal. */
export function headersOf(status: number): NonNullable<Answer['headers']> {
  if (status === 401) return withRequestId(CHALLENGE);
  return withRequestId([429, 503, 507].includes(status) ? RETRY_AFTER : {});
}

function refusal(status: number, codes: readonly QueueErrorCode[]): Answer {
  const narrower = { properties: { status: { const: status }, code: { enum: [...codes] } } };
  return {
    description: explain(status, codes),
    headers: headersOf(status),
    content: { 'application/problem+json': { schema: { allOf: [ref('Problem'), narrower] } } },
  };
}
