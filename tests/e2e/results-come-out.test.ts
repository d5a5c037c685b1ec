import { readFile } from 'node:fs/promises';
import { unzipSync } from 'fflate';
import type { Download, Locator } from 'playwright';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { OffcutPage } from './offcut-page.ts';
import { photos, type Photo } from './photos.ts';
import { useStage } from './stage.ts';

const stage = useStage();

async function download(app: OffcutPage, button: Locator): Promise<{ name: string; bytes: Buffer }> {
  const [started] = await Promise.all([app.page.waitForEvent('download'), button.click()]);
  const finished: Download = started;
  return { name: finished.suggestedFilename(), bytes: await readFile(await finished.path()) };
}

/** Same size, an alpha with all of nothing, something and everything, and the photo's own colours. */
async function expectCutoutOf(photo: Photo, bytes: Uint8Array): Promise<void> {
  const [cutout, original] = await Promise.all([
    sharp(bytes).raw().toBuffer({ resolveWithObject: true }),
    sharp(photo.bytes).autoOrient().ensureAlpha().raw().toBuffer({ resolveWithObject: true }),
  ]);
  expect(cutout.info).toMatchObject({
    width: original.info.width,
    height: original.info.height,
    channels: 4,
  });
  const seen = { clear: 0, soft: 0, solid: 0 };
  let colourError = 0;
  for (let at = 0; at < cutout.data.length; at += 4) {
    const alpha = cutout.data[at + 3] ?? 0;
    seen[alpha < 8 ? 'clear' : alpha > 247 ? 'solid' : 'soft'] += 1;
    if (alpha > 247) colourError += Math.abs((cutout.data[at] ?? 0) - (original.data[at] ?? 0));
  }
  expect(Math.min(seen.clear, seen.soft, seen.solid)).toBeGreaterThan(100);
  expect(colourError / seen.solid, 'red of solid pixels, of 255').toBeLessThan(3);
}

test('a cutout is saved as a PNG, and all of them as one zip', async () => {
  const batch = await photos(2);
  const [first] = batch;
  if (first === undefined) throw new Error('no photos');
  // Without it the page saves as every browser can; a native dialog cannot be answered here.
  const context = await stage.browser.newContext();
  await context.addInitScript(() => Reflect.deleteProperty(globalThis, 'showSaveFilePicker'));
  const app = await OffcutPage.open(context, stage.server.url);
  await app.add(...batch);
  for (const photo of batch) await app.reaches(photo.name, 'completed');

  const one = await download(app, app.card(first.name).getByTestId('card-download'));
  expect(one.name).toBe(first.name.replace(/\.jpg$/, '.png'));
  await expectCutoutOf(first, one.bytes);

  const zip = await download(app, app.page.getByTestId('download-all'));
  expect(zip.name).toMatch(/\.zip$/);
  const files = unzipSync(zip.bytes);
  expect(Object.keys(files).sort()).toEqual(batch.map(({ name }) => name.replace(/\.jpg$/, '.png')).sort());
  for (const photo of batch) {
    const bytes = files[photo.name.replace(/\.jpg$/, '.png')];
    if (bytes === undefined) throw new Error(`no ${photo.name} in the zip`);
    await expectCutoutOf(photo, bytes);
  }
  await context.close();
});

test('what is no image fails alone, in words, and can be deleted; the others go on', async () => {
  const [photo] = await photos(1);
  if (photo === undefined) throw new Error('no photos');
  const context = await stage.browser.newContext();
  const app = await OffcutPage.open(context, stage.server.url);
  const letter: Photo = { name: 'letter.png', type: 'image/png', bytes: Buffer.from('%PDF-1.7 Dear Sir') };
  const half: Photo = {
    ...photo,
    name: 'half.jpg',
    bytes: Buffer.from(photo.bytes.subarray(0, photo.bytes.length / 2)),
  };
  await app.add(letter, half, photo);
  await app.reaches('letter.png', 'failed');
  expect(await app.card('letter.png').getByTestId('card-error').textContent()).toContain('PDF');
  await app.reaches('half.jpg', 'completed');
  expect(await app.card('half.jpg').getByTestId('card-warning').textContent()).toContain('ends too early');
  await app.reaches(photo.name, 'completed');

  await app.card('letter.png').getByTestId('card-delete').click();
  await app.card('letter.png').waitFor({ state: 'detached' });
  expect(await app.cards().count()).toBe(2);
  await context.close();
});
