import type { BrowserContext } from 'playwright';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { jobListWire } from '#queue/wire.ts';
import { OffcutPage } from './offcut-page.ts';
import { photos } from './photos.ts';
import { useStage } from './stage.ts';

let context: BrowserContext;
const stage = useStage();
beforeEach(async () => {
  context = await stage.browser.newContext();
});
afterEach(() => context.close());

/** Leaders are who hold the lock. */
async function leaders(app: OffcutPage): Promise<number> {
  return app.page.evaluate(async () => {
    const { held } = await navigator.locks.query();
    return (held ?? []).filter((lock) => lock.name === 'offcut-leader').length;
  });
}

async function jobs(app: OffcutPage) {
  return jobListWire.parse((await app.json('/queue/jobs?limit=100')).body).jobs;
}

test('a reload in the middle of the work loses nothing and does nothing twice', async () => {
  const batch = await photos(5);
  const app = await OffcutPage.open(context, stage.server.url);
  await app.worksOffline();
  await app.add(...batch);
  await app
    .cards()
    .nth(batch.length - 1)
    .waitFor();
  await app.cards('completed').first().waitFor();
  await app.page.reload();
  for (const photo of batch) await app.reaches(photo.name, 'completed');

  const done = await jobs(app);
  expect(done.map((job) => job.status)).toEqual(batch.map(() => 'completed'));
  expect(done.map((job) => job.filenames[0]).sort()).toEqual(batch.map((photo) => photo.name).sort());
});

test('when the tab that works is closed mid-job, another tab goes on', async () => {
  const batch = await photos(5);
  const first = await OffcutPage.open(context, stage.server.url);
  await first.worksOffline();
  const second = await OffcutPage.open(context, stage.server.url);
  expect(await leaders(second)).toBe(1);
  await first.add(...batch);
  await second
    .cards()
    .nth(batch.length - 1)
    .waitFor();
  await second.cards('processing').first().waitFor();
  await first.page.close();

  for (const photo of batch) await second.reaches(photo.name, 'completed');
  expect(await leaders(second)).toBe(1);
  expect((await jobs(second)).every((job) => job.status === 'completed')).toBe(true);
});

test('both tabs show the same, and either can cancel, retry and delete', async () => {
  const [photo, other] = await photos(2);
  if (!photo || !other) throw new Error('no photos');
  const first = await OffcutPage.open(context, stage.server.url);
  await first.worksOffline();
  const second = await OffcutPage.open(context, stage.server.url);
  await first.add(photo, other);
  await second.card(other.name).getByTestId('card-cancel').click();
  await first.reaches(other.name, 'cancelled');
  await first.card(other.name).getByTestId('card-retry').click();
  await second.reaches(other.name, 'completed');
  await second.reaches(photo.name, 'completed');
  await second.card(photo.name).getByTestId('card-delete').click();
  await first.card(photo.name).waitFor({ state: 'detached' });
  await first.page.waitForFunction(async () => {
    const answer = (await (await fetch('/queue/jobs')).json()) as { total: number };
    return answer.total === 1;
  });
});
