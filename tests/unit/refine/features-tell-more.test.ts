/** What the network knows beside its mask tells gaps and hair from what only has the same colours. */
import { expect, it } from 'vitest';
import { drawScene, SCENES } from '../../eval/draw/scenes.ts';
import { methodOf, run } from '../../eval/methods.ts';
import { meanAbsoluteError } from '../../eval/metrics/alpha.ts';
import { openNetwork } from '../../eval/network.ts';

const network = openNetwork();

it.each([
  ['25 bicycle on bricks', 0.75],
  ['61 animal-dark on foliage', 0.6],
  ['15 animal-dark on sand', 0.5],
] as const)(
  '%s has less than %d of the error that colours alone leave',
  { timeout: 60_000 },
  async (name, share) => {
    const scene = SCENES.find((spec) => spec.name === name);
    if (scene === undefined) throw new Error(`There is no scene ${name}.`);
    const { image, truth } = drawScene(scene);
    const seen = await (await network)(image);
    const [colours, fast] = ['colours', 'fast'].map((id) =>
      meanAbsoluteError(run(methodOf(id), image, seen).alpha, truth),
    );
    expect(fast).toBeLessThan((colours ?? Number.NaN) * share);
    expect(fast).toBeGreaterThan(0);
  },
);
