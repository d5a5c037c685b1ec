import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { BrowserContext, CDPSession } from 'playwright';
import { expect, test } from 'vitest';
import { jobListWire } from '#queue/wire.ts';
import { launchChromium } from '../support/chromium.ts';
import { OffcutPage } from './offcut-page.ts';
import { photos } from './photos.ts';
import { useStage } from './stage.ts';

const stage = useStage();

async function openStorage(app: OffcutPage): Promise<void> {
  await app.page.getByTestId('settings').click();
  await app.page.getByTestId('open-storage').click();
  await app.page.getByTestId('storage-used').waitFor();
}

async function close(app: OffcutPage): Promise<void> {
  await app.page.getByTestId('storage-close').click();
  await app.page.getByTestId('storage').waitFor({ state: 'detached' });
}

const bytesOf = async (app: OffcutPage, kind: string) =>
  Number(
    await app.page.locator(`[data-testid="storage-part"][data-kind="${kind}"]`).getAttribute('data-bytes'),
  );

const jobsOf = async (app: OffcutPage) => jobListWire.parse((await app.json('/queue/jobs')).body).jobs;

/** Gives the page as much room beyond what it uses. */
async function leaveRoom(app: OffcutPage, session: CDPSession, bytes: number): Promise<void> {
  const usage = await app.page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);
  await session.send('Storage.overrideQuotaForOrigin', {
    origin: stage.server.url,
    quotaSize: usage + bytes,
  });
}

test('what is stored is shown with its size, and finished images can be deleted and taken back', async () => {
  const context = await stage.browser.newContext();
  const app = await OffcutPage.open(context, stage.server.url);
  await app.worksOffline();
  const [photo] = await photos(1);
  if (photo === undefined) throw new Error('no photos');
  await app.add(photo);
  await app.reaches(photo.name, 'completed');
  await openStorage(app);
  expect(await bytesOf(app, 'photos')).toBe(photo.bytes.length);
  const [job] = await jobsOf(app);
  expect(await bytesOf(app, 'results')).toBe(job?.results[0]?.bytes);
  expect(await bytesOf(app, 'models')).toBe(4_574_861);
  expect(await bytesOf(app, 'runtime')).toBeGreaterThan(10e6);
  expect(await bytesOf(app, 'app')).toBeGreaterThan(200e3);

  await app.page.getByTestId('delete-finished').click();
  await app.card(photo.name).waitFor({ state: 'detached' });
  await app.page.getByTestId('undo').click();
  await app.card(photo.name).waitFor();
  await context.close();
});

test('the library leaves as one file, and comes whole into another browser, once', async () => {
  const noPicker = () => Reflect.deleteProperty(globalThis, 'showSaveFilePicker');
  const one = await stage.browser.newContext();
  await one.addInitScript(noPicker);
  const from = await OffcutPage.open(one, stage.server.url);
  const batch = await photos(2);
  await from.add(...batch);
  for (const { name } of batch) await from.reaches(name, 'completed');
  await openStorage(from);
  const [download] = await Promise.all([
    from.page.waitForEvent('download'),
    from.page.getByTestId('export-library').click(),
  ]);
  const library = {
    name: download.suggestedFilename(),
    mimeType: 'application/zip',
    buffer: await readFile(await download.path()),
  };
  expect(library.name).toMatch(/^offcut-\d{4}-\d\d-\d\d\.zip$/);
  // Until the service worker answers for the tab, its own requests to the contract reach the server.
  await from.worksOffline();
  const before = await jobsOf(from);
  await one.close();

  const other = await stage.browser.newContext();
  const to = await OffcutPage.open(other, stage.server.url);
  await to.worksOffline();
  await openStorage(to);
  const outcome = to.page.getByTestId('import-outcome');
  await to.page
    .getByTestId('library-input')
    .setInputFiles({ ...library, buffer: library.buffer.subarray(0, -2000) });
  await to.page.getByTestId('import-problem').waitFor();
  expect(await jobsOf(to)).toEqual([]);
  await to.page.getByTestId('library-input').setInputFiles(library);
  await outcome.filter({ hasText: '2 images' }).waitFor();
  await to.page.getByTestId('library-input').setInputFiles(library);
  await outcome.filter({ hasText: '2 images and batches were here already' }).waitFor();
  await close(to);
  for (const { name } of batch) await to.reaches(name, 'completed');
  expect(await jobsOf(to)).toEqual(before);
  expect((await to.alphaOf(before[0]?.results[0]?.url ?? '')).clear).toBeGreaterThan(0.1);
  await other.close();
});

/** Chromium tells every site of the same 10 GB, unless asked not to. */
const TELL_THE_TRUTH = '--disable-features=StaticStorageQuota';

async function withRoom(
  work: (app: OffcutPage, session: CDPSession, context: BrowserContext) => Promise<void>,
) {
  await using browser = await launchChromium({ args: [TELL_THE_TRUTH] });
  const context = await browser.newContext();
  const app = await OffcutPage.open(context, stage.server.url);
  await app.worksOffline();
  const session = await context.newCDPSession(app.page);
  await work(app, session, context);
  await context.close();
}

test('when room runs out, the user is warned, refused in words, and loses nothing', () =>
  withRoom(async (app, session) => {
    const [photo] = await photos(1);
    if (photo === undefined) throw new Error('no photos');
    // Before the first image: Chromium goes on for a while with the room that it saw.
    await leaveRoom(app, session, 12e6);
    await app.add(photo);
    await app.reaches(photo.name, 'completed');
    await app.page.getByTestId('notice').filter({ hasText: 'nearly full' }).waitFor({ timeout: 30_000 });

    // Photos of 20 MB do not fit: the page says which, and what was there stays.
    const large = [1, 2, 3, 4].map((n) => ({
      name: `large-${String(n)}.jpg`,
      type: 'image/jpeg',
      // What repeats itself would be compressed on its way to the disk.
      bytes: Buffer.concat([photo.bytes, randomBytes(20e6)]),
    }));
    for (const each of large) await app.add(each);
    await app.page.getByTestId('notice').filter({ hasText: 'was not added' }).first().waitFor();
    const full = app.page.getByTestId('notice').filter({ hasText: 'storage is full' });
    await full.waitFor();
    const over = async () =>
      (await jobsOf(app)).every(({ status }) => status === 'completed' || status === 'failed');
    await expect.poll(over, { timeout: 60_000 }).toBe(true);
    const kept = await jobsOf(app);
    expect(kept.length).toBeLessThan(5);
    expect(kept.find(({ filenames }) => filenames[0] === photo.name)?.status).toBe('completed');

    // Room again, by the button of the notice: the next image goes in.
    await full.getByTestId('notice-action').click();
    await app.page.getByTestId('undo-dismiss').click();
    await expect.poll(async () => (await jobsOf(app)).length).toBe(0);
    await session.send('Storage.overrideQuotaForOrigin', { origin: stage.server.url });
    await app.add(photo);
    await app.reaches(photo.name, 'completed');
  }));

test('after the first result, and not before, the browser is asked to keep it all, and the app is offered to be installed', async () => {
  const context = await stage.browser.newContext();
  await context.addInitScript(() => {
    const asked = Object.assign(globalThis, { asked: 0, prompted: 0 });
    navigator.storage.persist = () => {
      asked.asked += 1;
      return Promise.resolve(true);
    };
    // What Chromium sends to a page that can be installed, once it has seen enough of it.
    const offer = Object.assign(new Event('beforeinstallprompt', { cancelable: true }), {
      prompt: () => {
        asked.prompted += 1;
        dispatchEvent(new Event('appinstalled'));
        return Promise.resolve({ outcome: 'accepted' });
      },
    });
    addEventListener('load', () => dispatchEvent(offer));
  });
  const app = await OffcutPage.open(context, stage.server.url);
  const count = (of: 'asked' | 'prompted') =>
    app.page.evaluate((name) => (globalThis as unknown as Record<string, number>)[name], of);
  await app.worksOffline();
  const [photo] = await photos(1);
  if (photo === undefined) throw new Error('no photos');
  const offered = app.page.getByTestId('notice').filter({ hasText: 'Install' });
  expect([await count('asked'), await offered.count()]).toEqual([0, 0]);
  await app.add(photo);
  await app.reaches(photo.name, 'completed');
  await expect.poll(() => count('asked'), { timeout: 20_000 }).toBe(1);
  await offered.getByTestId('notice-action').click();
  expect(await count('prompted')).toBe(1);
  // An app that was installed is worth keeping; and it is offered once.
  await expect.poll(() => count('asked')).toBe(2);
  await app.page.reload();
  await app.reaches(photo.name, 'completed');
  await app.page.getByTestId('settings').click();
  await app.page.getByTestId('install').waitFor();
  expect(await offered.count()).toBe(0);
  await context.close();
});
