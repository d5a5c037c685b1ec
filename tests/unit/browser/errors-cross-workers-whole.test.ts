import { expose, releaseProxy, wrap } from 'comlink';
import { afterAll, describe, expect, it } from 'vitest';
import { MATTING_ERROR_CODES, MattingError } from '#matting/errors.ts';
import { carryErrorsWhole } from '../../../src/lib/browser/matting-worker/transfer.ts';

carryErrorsWhole();

const thrown: { next: unknown } = { next: undefined };
const { port1, port2 } = new MessageChannel();
expose(
  {
    fail: () => {
      throw thrown.next;
    },
  },
  port1,
);
const remote = wrap<{ fail(): string }>(port2);
afterAll(() => {
  remote[releaseProxy]();
  port1.close();
  port2.close();
});

/** What arrives at the other end of a real MessageChannel when `error` is thrown at this one. */
async function crossing(error: unknown): Promise<unknown> {
  thrown.next = error;
  return remote.fail().then(
    () => expect.unreachable('it should have thrown'),
    (cause: unknown) => cause,
  );
}

describe('an error that crosses from a worker', () => {
  it.each(MATTING_ERROR_CODES)('stays a MattingError with code %s and its retryability', async (code) => {
    const error = new MattingError(code, 'A sentence.');
    const arrived = await crossing(error);
    expect(arrived).toBeInstanceOf(MattingError);
    expect(arrived).toMatchObject({ code, message: 'A sentence.', retryable: error.retryable });
  });

  it('keeps its stack, and its causes down to the first', async () => {
    const root = new TypeError('a tensor of rank 3');
    const error = new MattingError('runtime_failed', 'Failed.', { cause: new Error('run', { cause: root }) });
    const arrived = (await crossing(error)) as MattingError & { cause: Error & { cause: Error } };
    expect(arrived.stack).toBe(error.stack);
    expect(arrived.cause.message).toBe('run');
    expect(arrived.cause.cause).toMatchObject({ name: 'TypeError', message: 'a tensor of rank 3' });
  });

  it('survives causes in a circle', async () => {
    const error = new Error('round');
    error.cause = error;
    expect(await crossing(error)).toMatchObject({ message: 'round' });
  });

  it.each([
    ['text', 'text'],
    [42, '42'],
    [() => 1, '() => 1'],
  ])('arrives as text when %s was thrown', async (value, text) => {
    expect(await crossing(value)).toBe(text);
  });
});
