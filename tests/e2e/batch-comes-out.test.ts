import { readFile } from 'node:fs/promises';
import { unzipSync } from 'fflate';
import type { BrowserContext } from 'playwright';
import { afterEach, expect, test } from 'vitest';
import { allAdded, smallPhotos, workWithTinyModel } from './batch.ts';
import { OffcutPage } from './offcut-page.ts';
import type { Photo } from './photos.ts';
import { useStage } from './stage.ts';

const stage = useStage();
let context: BrowserContext;
afterEach(() => context.close());

/** A page with `photos` done; `prepare` runs in it before anything else. */
async function withDone(photos: readonly Photo[], prepare: () => void): Promise<OffcutPage> {
  context = await stage.browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
  await context.addInitScript(prepare);
  const app = await OffcutPage.open(context, stage.server.url);
  await app.worksOffline();
  await workWithTinyModel(app);
  await app.add(...photos);
  await allAdded(app);
  await app.page.waitForFunction(
    (count) => document.querySelectorAll('[data-testid=card][data-state=completed]').length === count,
    photos.length,
    { timeout: 60_000 },
  );
  return app;
}

/** A native dialog cannot be answered here; without the picker the page saves as most browsers do. */
const withoutPicker = () => void Reflect.deleteProperty(globalThis, 'showSaveFilePicker');

test('a zip is streamed to disk through the service worker, and no two files in it have one name', async () => {
  const [one, two, three] = await smallPhotos(3);
  if (!one || !two || !three) throw new Error('no photos');
  const app = await withDone([one, { ...two, name: one.name }, three], withoutPicker);
  const [download] = await Promise.all([
    app.page.waitForEvent('download'),
    app.page.getByTestId('download-all').click(),
  ]);
  expect(download.suggestedFilename()).toBe('offcut.zip');
  expect(new URL(download.url()).pathname).toMatch(/^\/saving\//);
  const files = unzipSync(await readFile(await download.path()));
  expect(Object.keys(files).sort()).toEqual(['product-000 (2).png', 'product-000.png', 'product-002.png']);
  for (const bytes of Object.values(files)) expect([...bytes.subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
});

test('results are saved straight into a folder, beside what is there', async () => {
  const app = await withDone(await smallPhotos(3), () => {
    // The origin's own folder, which needs no dialog.
    Object.assign(window, { showDirectoryPicker: () => navigator.storage.getDirectory() });
  });
  const inFolder = () =>
    app.page.evaluate(async () => {
      const folder = await navigator.storage.getDirectory();
      const found: [string, number][] = [];
      for await (const [name, handle] of folder.entries() as AsyncIterable<[string, FileSystemFileHandle]>) {
        found.push([name, (await handle.getFile()).size]);
      }
      return found.sort();
    });
  for (const count of [3, 6]) {
    await app.page.getByTestId('more').click();
    await app.page.getByTestId('save-folder').click();
    await expect.poll(async () => (await inFolder()).length, { timeout: 30_000 }).toBe(count);
    await app.page.getByTestId('saving').waitFor({ state: 'detached' });
  }
  const saved = await inFolder();
  expect(saved.map(([name]) => name)).toEqual([
    'product-000 (2).png',
    'product-000.png',
    'product-001 (2).png',
    'product-001.png',
    'product-002 (2).png',
    'product-002.png',
  ]);
  expect(Math.min(...saved.map(([, bytes]) => bytes))).toBeGreaterThan(60);
});

test('a result goes to the clipboard and to other apps', async () => {
  const app = await withDone(await smallPhotos(2), () => {
    Object.assign(navigator, {
      canShare: () => true,
      share: async ({ files }: { files: File[] }) => {
        Object.assign(window, {
          shared: files.map(({ name, type, size }) => ({ name, type, ok: size > 60 })),
        });
      },
    });
  });
  await app.card('product-001.png').getByTestId('card-select').click();
  await app.page.getByTestId('copy-selected').click();
  await app.page.getByText(/in the clipboard/).waitFor();
  const copied = await app.page.evaluate(async () => {
    const [item] = await navigator.clipboard.read();
    const blob = await item?.getType('image/png');
    if (!blob) throw new Error('no PNG in the clipboard');
    const { width, height } = await createImageBitmap(blob);
    return [width, height];
  });
  expect(copied).toEqual([48, 36]);

  await app.page.getByTestId('select-all').click();
  await app.page.getByTestId('share-selected').click();
  await app.page.waitForFunction(() => 'shared' in window);
  expect(await app.page.evaluate(() => (window as unknown as { shared: unknown }).shared)).toEqual([
    { name: 'product-000.png', type: 'image/png', ok: true },
    { name: 'product-001.png', type: 'image/png', ok: true },
  ]);
});
