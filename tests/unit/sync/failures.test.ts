import { expect, test } from 'vitest';
import { choosePlace, type Circumstances } from '#sync/auto.ts';
import { judge, pauseMillis } from '#sync/failures.ts';

test.each([
  ['unreachable', 0, undefined, { kind: 'away' }],
  ['answer_invalid', 200, undefined, { kind: 'away' }],
  ['internal_error', 500, undefined, { kind: 'away' }],
  ['upload_too_slow', 408, undefined, { kind: 'away' }],
  ['rate_limited', 429, 7, { kind: 'busy', seconds: 7 }],
  ['storage_full', 507, 86_400, { kind: 'busy', seconds: 3600 }],
  ['shutting_down', 503, 0, { kind: 'busy', seconds: 1 }],
  ['key_invalid', 401, undefined, { kind: 'closed' }],
  ['cross_site', 403, undefined, { kind: 'closed' }],
  ['file_too_large', 413, undefined, { kind: 'refusal' }],
  ['answer_invalid', 413, undefined, { kind: 'refusal' }],
  ['answer_invalid', 404, undefined, { kind: 'away' }],
  ['idempotency_conflict', 422, undefined, { kind: 'refusal' }],
])('%s with status %i is judged', (code, status, retryAfterSeconds, verdict) => {
  expect(judge({ code, status, message: '', retryAfterSeconds })).toEqual(verdict);
});

test('pauses double from a second to five minutes, and devices do not come back together', () => {
  expect([1, 2, 3, 30].map((failures) => pauseMillis(failures, 0))).toEqual([1_000, 2_000, 4_000, 300_000]);
  expect(pauseMillis(1, 0.99)).toBeLessThan(760);
});

const strong: Circumstances = {
  connected: true,
  reachable: true,
  modelOnServer: true,
  modelHere: true,
  modelBytes: 5_000_000,
  webGpu: false,
  cores: 8,
  memoryGigabytes: 8,
};

test.each<[string, Partial<Circumstances>, 'device' | 'server']>([
  ['a strong device', {}, 'device'],
  ['no server', { connected: false, cores: 1 }, 'device'],
  ['a server without the model', { modelOnServer: false, cores: 1 }, 'device'],
  ['a device without the model', { modelHere: false, webGpu: true, reachable: false }, 'server'],
  ['a server that does not answer', { reachable: false, cores: 1 }, 'device'],
  ['a graphics card', { webGpu: true, modelBytes: 90_000_000, cores: 1 }, 'device'],
  ['a big model', { modelBytes: 90_000_000 }, 'server'],
  ['few cores', { cores: 2 }, 'server'],
  ['little memory', { memoryGigabytes: 2 }, 'server'],
  ['a browser that does not tell of memory', { memoryGigabytes: undefined }, 'device'],
])('auto, with %s', (_, given, place) => {
  expect(choosePlace({ ...strong, ...given })).toBe(place);
});
