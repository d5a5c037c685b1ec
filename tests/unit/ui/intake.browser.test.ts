import { describe, expect, test } from 'vitest';
import { QueueError } from '#queue/errors.ts';
import { readFolder } from '../../../src/lib/ui/intake/read-drop.ts';
import { readPaste } from '../../../src/lib/ui/intake/read-paste.ts';
import { Intake, type IntakeOutcome, type Source } from '../../../src/lib/ui/state/intake.svelte.ts';

const sources = (...names: string[]): Source[] => names.map((name) => ({ name, file: new Blob([name]) }));

/** An intake over a queue that takes a file when the test says so. */
function intakeByHand() {
  const submitted: {
    name: string;
    format: string | undefined;
    take: () => void;
    refuse: (cause: Error) => void;
  }[] = [];
  const outcomes: IntakeOutcome[] = [];
  const intake = new Intake(
    ({ name }, { format }) => new Promise((take, refuse) => submitted.push({ name, format, take, refuse })),
    (outcome) => outcomes.push(outcome),
  );
  /** The next file that the queue is offered. */
  const next = async (count: number) => {
    await expect.poll(() => submitted.length).toBe(count);
    const last = submitted.at(-1);
    if (!last) throw new Error('nothing was submitted');
    return last;
  };
  return { intake, submitted, outcomes, next };
}

describe('handing files to the queue', () => {
  test('is done one by one: the next waits until the queue has the one before', async () => {
    const { intake, submitted, next } = intakeByHand();
    const added = intake.add(sources('a', 'b'), {});
    const first = await next(1);
    expect([submitted.length, intake.done, intake.total, intake.busy]).toEqual([1, 0, 2, true]);
    first.take();
    (await next(2)).take();
    await added;
    expect([intake.total, intake.busy]).toEqual([0, false]);
  });

  test('keeps the options of the moment in which a file was added', async () => {
    const { intake, next } = intakeByHand();
    const first = intake.add(sources('a'), { format: 'png' });
    await intake.add(sources('b'), { format: 'jpeg' });
    (await next(1)).take();
    const second = await next(2);
    second.take();
    await first;
    expect([second.name, second.format]).toEqual(['b', 'jpeg']);
  });

  test('goes on after a refusal, and tells it at the end', async () => {
    const { intake, outcomes, next } = intakeByHand();
    const added = intake.add(sources('huge', 'fine'), {});
    (await next(1)).refuse(new QueueError('file_too_large', 'It is larger than 100 MB.'));
    (await next(2)).take();
    await added;
    expect(outcomes).toEqual([
      { refused: [{ name: 'huge', reason: 'It is larger than 100 MB.' }], abandoned: 0 },
    ]);
  });

  test('gives up what is left when the device is full', async () => {
    const { intake, submitted, outcomes, next } = intakeByHand();
    const added = intake.add(sources('a', 'b', 'c'), {});
    (await next(1)).refuse(new QueueError('storage_full', 'There is no room left.'));
    await added;
    expect([submitted.length, outcomes[0]?.abandoned, intake.busy]).toEqual([1, 2, false]);
  });

  test('can be stopped: only the file under way is still taken', async () => {
    const { intake, submitted, next } = intakeByHand();
    const added = intake.add(sources('a', 'b', 'c'), {});
    const first = await next(1);
    intake.stop();
    first.take();
    await added;
    expect([submitted.length, intake.busy]).toEqual([1, false]);
  });
});

describe('what counts as an image', () => {
  const file = (name: string, type = '') => new File(['x'], name, { type });

  test('in a folder: images by type, by name where the browser knows none, and no hidden files', () => {
    const found = readFolder([
      file('a.jpg', 'image/jpeg'),
      file('b.HEIC'),
      file('notes.txt', 'text/plain'),
      file('raw.xmp'),
      file('.DS_Store'),
      file('._a.jpg', 'image/jpeg'),
    ]);
    expect(found.sources.map(({ name }) => name)).toEqual(['a.jpg', 'b.HEIC']);
    expect(found.leftOut).toBe(2);
  });

  test('in a clipboard: images; a nameless one is named after the time', () => {
    const clipboard = new DataTransfer();
    clipboard.items.add(file('image.png', 'image/png'));
    clipboard.items.add(file('cat.webp', 'image/webp'));
    clipboard.items.add(file('page.html', 'text/html'));
    const names = readPaste(clipboard, new Date(2030, 0, 2, 9, 5, 7)).map(({ name }) => name);
    expect(names).toEqual(['Pasted 2030-01-02 09.05.07.png', 'cat.webp']);
  });
});
