/** What the tests of large batches share: many small pictures, and a model that is done with one at once. */
import sharp from 'sharp';
import { tinyModelWeights } from '../fixtures/tiny-model.ts';
import type { OffcutPage } from './offcut-page.ts';
import type { Photo } from './photos.ts';

export const TINY_MODEL = 'brightness';

/** Different colours, 48 × 36 pixels. */
export async function smallPhotos(count: number, stem = 'product'): Promise<Photo[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, n) => {
      const background = { r: (n * 37) % 256, g: (n * 91) % 256, b: (n * 13) % 256 };
      const image = sharp({ create: { width: 48, height: 36, channels: 3, background } });
      return {
        name: `${stem}-${String(n).padStart(3, '0')}.png`,
        type: 'image/png',
        bytes: Buffer.from(await image.png().toBuffer()),
      };
    }),
  );
}

/** Adds a model of the user's own whose mask is the picture's brightness, and has it work from now on. */
export async function workWithTinyModel({ page }: OffcutPage): Promise<void> {
  await page.getByTestId('models').click();
  await page.getByTestId('add-model').click();
  const form = page.getByTestId('add-model-form');
  await form.locator('input[type="file"]').setInputFiles({
    name: 'brightness.onnx',
    mimeType: 'application/octet-stream',
    buffer: Buffer.from(tinyModelWeights()),
  });
  await form.locator('[name="id"]').fill(TINY_MODEL);
  await form.locator('[name="mean"]').fill('0');
  await form.locator('[name="std"]').fill('1');
  await form.getByRole('button', { name: 'Add' }).click();
  await page.locator(`[data-testid="model"][data-model="${TINY_MODEL}"]`).waitFor();
  await page.evaluate((model) => {
    localStorage.setItem('offcut.settings', JSON.stringify({ model }));
  }, TINY_MODEL);
  await page.reload();
  await page.getByTestId('offline-badge').waitFor();
}

/** Waits until all that was dropped is in the queue. */
export async function allAdded({ page }: OffcutPage): Promise<void> {
  await page.getByTestId('card').first().waitFor();
  await page.getByTestId('adding').waitFor({ state: 'detached', timeout: 120_000 });
}
