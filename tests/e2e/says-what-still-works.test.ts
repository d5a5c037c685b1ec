import { expect, test } from 'vitest';
import { OffcutPage } from './offcut-page.ts';
import { enlarged, photos } from './photos.ts';
import { useStage } from './stage.ts';

const stage = useStage();

async function onePhoto() {
  const [photo] = await photos(1);
  if (photo === undefined) throw new Error('no photos');
  return photo;
}

test('where storage is denied everything works in memory for this visit, and the page says so', async () => {
  const context = await stage.browser.newContext();
  await context.addInitScript(() => {
    const denied = () => {
      throw new DOMException('The user denied permission to access the database.', 'SecurityError');
    };
    Object.assign(IDBFactory.prototype, { open: denied, deleteDatabase: denied });
    CacheStorage.prototype.open = () => Promise.reject(new DOMException('denied', 'SecurityError'));
    Object.defineProperty(globalThis, 'localStorage', { get: denied });
  });
  const app = await OffcutPage.open(context, stage.server.url);
  const photo = await onePhoto();
  await app.page.getByTestId('memory-only').waitFor();
  expect(await app.page.getByTestId('memory-only').innerText()).toMatch(/memory only.*Download/s);
  await app.add(photo);
  await app.reaches(photo.name, 'completed');
  await app.page.getByTestId('settings').click();
  await app.page.getByTestId('open-storage').click();
  await app.page.getByTestId('storage-memory').waitFor();
  await app.page.getByTestId('storage-close').click();
  // A second tab has a queue of its own, and works as well.
  const second = await OffcutPage.open(context, stage.server.url);
  await second.add(photo);
  await second.reaches(photo.name, 'completed');
  expect(await second.cards().count()).toBe(1);
  await context.close();
});

test('where models cannot run, images wait, results can be used, and the page says both', async () => {
  const context = await stage.browser.newContext();
  const able = await OffcutPage.open(context, stage.server.url);
  const photo = await onePhoto();
  await able.add({ ...photo, name: 'before.jpg' });
  await able.reaches('before.jpg', 'completed');
  await able.page.close();

  await context.addInitScript(() => {
    Object.defineProperty(navigator, 'gpu', { value: undefined });
    WebAssembly.validate = () => false;
  });
  const app = await OffcutPage.open(context, stage.server.url);
  const problem = app.page.getByTestId('engine-problem');
  await problem.waitFor();
  expect(await problem.getAttribute('data-code')).toBe('runtime_unsupported');
  expect(await problem.innerText()).toMatch(/wait.*viewed, edited and downloaded/s);
  await app.add({ ...photo, name: 'after.jpg' });
  await app.reaches('after.jpg', 'pending');
  await app.card('before.jpg').getByTestId('card-open').click();
  await app.page.keyboard.press('Escape');
  expect(await app.cards('failed').count()).toBe(0);
  await context.close();
});

test('a worker that dies is replaced: its image is tried again, and the page says so', async () => {
  const context = await stage.browser.newContext();
  const app = await OffcutPage.open(context, stage.server.url);
  await app.page.locator('[data-testid="engine-badge"] [data-state="ready"]').waitFor({ state: 'attached' });
  const workers = (name: string) => app.page.workers().filter((each) => each.url().includes(`/${name}`));
  const alive = () => ['matting', 'network.', 'network-thread.'].map((name) => workers(name).length);
  const [worker] = workers('matting');
  if (worker === undefined) throw new Error('no matting worker');
  const photo = await enlarged(await onePhoto(), 6000, 4000);
  await app.add(photo);
  await app.cards('processing').first().waitFor();
  const before = alive();
  expect(before[0]).toBe(1);
  // Outside of any call of ours, as an allocation that the browser refuses is.
  await worker.evaluate(
    () =>
      void setTimeout(() => {
        throw new RangeError('Out of memory');
      }),
  );
  await app.page.getByTestId('notice').filter({ hasText: 'tried once more' }).waitFor({ timeout: 60_000 });
  await app.reaches(photo.name, 'completed');
  // It takes its own worker of the network and that one's threads along, which Chromium gives a second or two to end.
  await expect.poll(alive, { timeout: 30_000 }).toEqual(before);
  expect(app.page.workers()).not.toContain(worker);
  await context.close();
});

test('a tab that crashes in the middle of an image goes on with it when it is opened again', async () => {
  const context = await stage.browser.newContext();
  const app = await OffcutPage.open(context, stage.server.url);
  await app.worksOffline();
  const batch = await Promise.all((await photos(2)).map((photo) => enlarged(photo, 6000, 4000)));
  await app.add(...batch);
  await app.cards('processing').first().waitFor();
  const crashed = app.page.waitForEvent('crash');
  const session = await context.newCDPSession(app.page);
  session.send('Page.crash').catch(() => undefined);
  await crashed;
  await app.page.close();
  const again = await OffcutPage.open(context, stage.server.url);
  for (const { name } of batch) await again.reaches(name, 'completed');
  await context.close();
});
