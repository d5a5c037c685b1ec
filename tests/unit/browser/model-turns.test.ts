import { expect, it } from 'vitest';
import { ModelTurns } from '../../../src/lib/browser/matting-worker/model-turns.ts';

/** Which works have begun, and how each ends. */
function takeTurns(...models: string[]) {
  const turns = new ModelTurns();
  const begun: string[] = [];
  const take = (name: string) => {
    const end = Promise.withResolvers<void>();
    const over = turns.take(name.charAt(0), () => {
      begun.push(name);
      return end.promise;
    });
    return { ...end, over };
  };
  const works = models.map(take);
  const settle = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return begun;
  };
  return { works, settle, take };
}

it('works of one model run together; those of another wait until they are over', async () => {
  const { works, settle } = takeTurns('a1', 'a2', 'b1', 'b2');
  expect(await settle()).toEqual(['a1', 'a2']);
  works[0]?.resolve();
  expect(await settle()).toEqual(['a1', 'a2']);
  works[1]?.resolve();
  expect(await settle()).toEqual(['a1', 'a2', 'b1', 'b2']);
});

it('nobody overtakes: who comes for the first model later waits behind those of the second', async () => {
  const { works, settle } = takeTurns('a1', 'b1', 'a2');
  works[0]?.resolve();
  expect(await settle()).toEqual(['a1', 'b1']);
  works[1]?.resolve();
  expect(await settle()).toEqual(['a1', 'b1', 'a2']);
});

it('a work that fails ends its turn as well', async () => {
  const { works, settle } = takeTurns('a1', 'b1');
  works[0]?.reject(new Error('no image'));
  await expect(works[0]?.over).rejects.toThrow('no image');
  expect(await settle()).toEqual(['a1', 'b1']);
});

it('when all are over, the next begins at once', async () => {
  const { works, settle, take } = takeTurns('a1');
  works[0]?.resolve();
  await works[0]?.over;
  take('b1');
  expect(await settle()).toEqual(['a1', 'b1']);
});
