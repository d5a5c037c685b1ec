/** Screenshots that do not depend on the machine: set in blocks for letters, small, compared with a tolerance. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from 'playwright';
import sharp from 'sharp';
import { expect } from 'vitest';
import { blockFont } from '../support/block-font.ts';
import { fromRoot } from '../support/run-script.ts';

const BASELINES = fromRoot('tests/e2e/looks');
const FAILURES = fromRoot('test-results/looks');
/** `UPDATE_LOOKS=1 npm test -- --project e2e tests/e2e/looks.test.ts` takes what is seen as what should be. */
const update = process.env['UPDATE_LOOKS'] === '1';

/** Pixels of the longer side that is kept: enough to see that something moved, and 5 kB a picture. */
const LONGER_SIDE = 480;
/** Of 255, in any channel: less is the rasteriser's. */
const SAME = 24;
/** Of all pixels: a button more or less is about 1%, a line of text 0.5%. */
const MOST_DIFFERENT = 0.004;

/**
 * Letters become blocks, and what is a matter of chance becomes plain: the pictures themselves (they are tested by
 * their pixels elsewhere), the state of the engine and of the cache.
 */
export async function makeSteady(page: Page): Promise<void> {
  const font = Buffer.from(blockFont()).toString('base64');
  await page.addStyleTag({
    content: `
      @font-face { font-family: Blocks; src: url(data:font/ttf;base64,${font}); }
      *, *::before, *::after { font-family: Blocks !important; letter-spacing: 0 !important; font-kerning: none !important; }
      main img, main canvas, [data-testid='viewer'] canvas { visibility: hidden !important; }
      [data-testid='engine-badge'], [data-testid='offline-badge'], [data-testid='storage-used'], [data-testid='storage'] .bytes { visibility: hidden !important; }
      [data-testid='notice'] { display: none !important; }`,
  });
  await page.evaluate(() => document.fonts.load('16px Blocks'));
}

/** Fails when the page looks otherwise than its baseline; both are then in test-results/looks. */
export async function expectLook(page: Page, name: string): Promise<void> {
  const shot = await page.screenshot({ animations: 'disabled', caret: 'hide' });
  const seen = await sharp(shot)
    .resize({ width: LONGER_SIDE, height: LONGER_SIDE, fit: 'inside' })
    .png({ palette: true, colours: 64, effort: 10 })
    .toBuffer();
  const file = path.join(BASELINES, `${name}.png`);
  if (update || (!existsSync(file) && process.env['CI'] === undefined)) {
    await mkdir(BASELINES, { recursive: true });
    await writeFile(file, seen);
    return;
  }
  const baseline = await readFile(file);
  const different = await differenceOf(baseline, seen);
  if (different > MOST_DIFFERENT) {
    await mkdir(FAILURES, { recursive: true });
    await writeFile(path.join(FAILURES, `${name}-seen.png`), seen);
    await writeFile(path.join(FAILURES, `${name}-baseline.png`), baseline);
  }
  expect(different, `share of pixels of "${name}" that differ (see test-results/looks)`).toBeLessThanOrEqual(
    MOST_DIFFERENT,
  );
}

/** Share of pixels that differ visibly; 1 when not even the sizes are the same. */
export async function differenceOf(one: Buffer, other: Buffer): Promise<number> {
  const [a, b] = await Promise.all([one, other].map(pixelsOf));
  if (a?.info.width !== b?.info.width || a?.info.height !== b?.info.height || !a || !b) return 1;
  let different = 0;
  for (let at = 0; at < a.data.length; at += 3) {
    const far = [0, 1, 2].some(
      (channel) => Math.abs((a.data[at + channel] ?? 0) - (b.data[at + channel] ?? 0)) > SAME,
    );
    if (far) different += 1;
  }
  return (different * 3) / a.data.length;
}

/** Softened by a pixel: what a rasteriser rounds otherwise is no difference. */
function pixelsOf(image: Buffer) {
  return sharp(image).flatten().removeAlpha().blur(1).raw().toBuffer({ resolveWithObject: true });
}
