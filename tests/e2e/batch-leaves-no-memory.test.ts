import { expect, test } from 'vitest';
import { memoryOfBatch } from '../bench/browser-memory.ts';
import { useStage } from './stage.ts';

const stage = useStage();

test('100 images go through the page, and its heap is within 20 % of what it was before', async () => {
  const { before, after, deleted, nodes, cards } = await memoryOfBatch(stage.browser, stage.server.url, 100);
  console.log(
    `heap: ${String(before)} bytes, ${String(after)} after 100 images, ${String(deleted)} once deleted`,
  );
  expect(after / before).toBeLessThan(1.2);
  expect(deleted / before).toBeLessThan(1.2);
  expect(cards).toBeLessThan(70);
  expect(nodes).toBeLessThan(2_500);
});
