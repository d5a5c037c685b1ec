import { describe, expect, test, vi } from 'vitest';
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
  const makeWay = vi.fn();
  const intake = new Intake({
    submit: ({ name }, { format }) =>
      new Promise((take, refuse) => submitted.push({ name, format, take, refuse })),
    makeWay,
    onIdle: (outcome) => outcomes.push(outcome),
  });
  /** The next file that the queue is offered. */
  const next = async (count: number) => {
    await expect.poll(() => submitted.length).toBe(count);
    const last = submitted.at(-1);
    if (!last) throw new Error('nothing was submitted');
    return last;
  };
  return { intake, submitted, outcomes, makeWay, next };
}

describe('handing files to the queue', () => {
  test('begins with one: the next waits until the queue has it', async () => {
    const { intake, submitted, next } = intakeByHand();
    const added = intake.add(sources('a', 'b'), {});
    const first = await next(1);
    expect([submitted.length, intake.done, intake.total, intake.busy]).toEqual([1, 0, 2, true]);
    first.take();
    (await next(2)).take();
    await added;
    expect([intake.total, intake.busy]).toEqual([0, false]);
  });

  test('goes on in groups, each twice the one before, up to sixteen files or 64 MB', async () => {
    const { intake, submitted } = intakeByHand();
    const large = { name: 'large', file: { size: 60e6 } as Blob };
    const names = Array.from({ length: 40 }, (_, at) => String(at));
    const added = intake.add([...sources(...names), large, large, large], {});
    const sizes: number[] = [];
    for (let taken = 0; taken < 43; taken = submitted.length) {
      await expect.poll(() => submitted.length).toBeGreaterThan(taken);
      sizes.push(submitted.length - taken);
      for (const { take } of submitted.slice(taken)) take();
    }
    await added;
    expect(sizes).toEqual([1, 2, 4, 8, 16, 10, 1, 1]);
    expect(submitted.slice(0, 40).map(({ name }) => name)).toEqual(names);
  });

  test('asks inference to make way before each full group, and not for a few files', async () => {
    const { intake, submitted, makeWay } = intakeByHand();
    const added = intake.add(sources(...Array.from({ length: 40 }, (_, at) => String(at))), {});
    const asked: number[] = [];
    for (let taken = 0; taken < 40; taken = submitted.length) {
      await expect.poll(() => submitted.length).toBeGreaterThan(taken);
      asked.push(makeWay.mock.calls.length);
      for (const { take } of submitted.slice(taken)) take();
    }
    await added;
    expect(asked).toEqual([0, 0, 0, 0, 1, 2]);
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

  test('in a clipboard: images; a nameless one is named after the time', async () => {
    const clipboard = new DataTransfer();
    clipboard.items.add(file('image.png', 'image/png'));
    clipboard.items.add(file('cat.webp', 'image/webp'));
    clipboard.items.add(file('page.html', 'text/html'));
    const { sources } = await readPaste(clipboard, new Date(2030, 0, 2, 9, 5, 7));
    const names = sources.map(({ name }) => name);
    expect(names).toEqual(['Pasted 2030-01-02 09.05.07.png', 'cat.webp']);
  });

  test('in a clipboard of a piece of a page: a picture that is written out in it', async () => {
    const clipboard = new DataTransfer();
    const pixel = 'data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';
    clipboard.setData('text/html', `<p>See: <img src="${pixel}" alt=""></p>`);
    const { sources, link } = await readPaste(clipboard, new Date(2030, 0, 2, 9, 5, 7));
    expect(sources.map(({ name, file: { type } }) => [name, type])).toEqual([
      ['Pasted 2030-01-02 09.05.07.gif', 'image/gif'],
    ]);
    expect(link).toBeUndefined();
  });

  test('in a clipboard without a picture: the link to one, which nobody follows yet', async () => {
    const fetched = vi.spyOn(globalThis, 'fetch');
    const page = new DataTransfer();
    page.setData('text/html', '<img src="https://shop.example/duck.jpg">');
    expect((await readPaste(page, new Date())).link).toBe('https://shop.example/duck.jpg');
    const text = new DataTransfer();
    text.setData('text/plain', ' https://shop.example/cat.png\n');
    expect((await readPaste(text, new Date())).link).toBe('https://shop.example/cat.png');
    text.setData('text/plain', 'as seen on https://shop.example/cat.png yesterday');
    expect((await readPaste(text, new Date())).link).toBeUndefined();
    expect(fetched).not.toHaveBeenCalled();
    fetched.mockRestore();
  });
});
