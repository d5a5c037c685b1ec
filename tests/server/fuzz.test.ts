/** A bounded part of what `npm run fuzz` does for as long as one likes. A failure names its seed and round. */
import { expect, test } from 'vitest';
import { formOf, openFormTarget, WHOLE_FORMS, WHOLE_TYPE } from '../fuzz/forms.ts';
import { Decoder, imageOf, imageSeeds } from '../fuzz/images.ts';

/** The same rounds in every run, and others when it is set. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_125);

test('forms changed at random are taken or refused, and leave nothing behind', async () => {
  await using target = await openFormTarget();
  const statuses = new Set<number>();
  for (let round = 0; round < 1_500; round += 1) {
    const { body, contentType, pieceBytes } = formOf(SEED, round);
    const status = await target.send(body, contentType, pieceBytes).catch((cause: unknown) => {
      throw new Error(`npm run fuzz -- --seed ${String(SEED)} --round ${String(round)}`, { cause });
    });
    statuses.add(status);
  }
  // It has reached what it is for.
  expect([...statuses]).toEqual(expect.arrayContaining([200, 400, 413]));
});

test('a form that ends after any of its bytes is refused, and leaves nothing behind', async () => {
  await using target = await openFormTarget();
  const [, , , form = Buffer.alloc(0)] = WHOLE_FORMS;
  for (let length = 1; length < form.length; length += 1) {
    const status = await target.send(form.subarray(0, length), WHOLE_TYPE, 65_536);
    // Its last line break may be missing, and the dashes before it are the end.
    expect([length, status]).toEqual([length, length >= form.length - 2 ? 200 : 400]);
  }
});

test('a form whose first boundary is its last, with more behind it, is answered', async () => {
  await using target = await openFormTarget();
  const form = Buffer.from(
    'x\r\n--x-fuzz-17--\r\n--x-fuzz-17\r\nContent-Disposition: form-data; name="model"\r\n\r\ny',
  );
  expect(await target.send(form, WHOLE_TYPE, 65_536)).toBe(400);
});

test('images changed at random are decoded or refused, within bounds of time and memory', async () => {
  await using decoder = await Decoder.start();
  const seeds = await imageSeeds();
  const outcomes = new Set<string>();
  for (let round = 0; round < 1_500; round += 1) {
    const outcome = await decoder.decode(imageOf(seeds, SEED, round)).catch((cause: unknown) => {
      throw new Error(`npm run fuzz -- --seed ${String(SEED)} --round ${String(round)}`, { cause });
    });
    outcomes.add(outcome);
  }
  expect([...outcomes]).toEqual(
    expect.arrayContaining(['decoded', 'image_undecodable', 'image_unsupported', 'image_too_large']),
  );
});
