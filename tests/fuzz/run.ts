/**
 * `npm run fuzz -- --seconds 600 [--seed N]`: both fuzzers for half of the time each. What they find is told with
 * `--seed` and `--round`, which repeat it.
 */
import { parseArgs } from 'node:util';
import { formOf, openFormTarget } from './forms.ts';
import { Decoder, imageOf, imageSeeds } from './images.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string' },
    round: { type: 'string' },
  },
});
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const first = Number(values.round ?? 0);
const seconds = values.round === undefined ? Number(values.seconds) / 2 : 0;

async function fuzz(what: string, once: (round: number) => Promise<unknown>): Promise<void> {
  const end = performance.now() + seconds * 1000;
  const outcomes = new Map<string, number>();
  let round = first;
  do {
    try {
      const outcome = String(await once(round));
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    } catch (cause) {
      console.error(`${what}: --seed ${String(seed)} --round ${String(round)}`);
      throw cause;
    }
    round += 1;
  } while (performance.now() < end);
  console.log(
    `${what}: ${String(round - first)} rounds of seed ${String(seed)}`,
    Object.fromEntries(outcomes),
  );
}

{
  await using target = await openFormTarget();
  await fuzz('forms', (round) => {
    const { body, contentType, pieceBytes } = formOf(seed, round);
    return target.send(body, contentType, pieceBytes);
  });
}
{
  await using decoder = await Decoder.start();
  const seeds = await imageSeeds();
  await fuzz('images', (round) => decoder.decode(imageOf(seeds, seed, round)));
}
