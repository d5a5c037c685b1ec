/** Start on the plane, finish on the server: what one device was given offline, every device with the key has. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { jobListWire } from '#queue/wire.ts';
import { DEFAULT_KEY_LIMITS, newKey } from '../../server/access/new-key.ts';
import { openSqliteKeys } from '../../server/stores/sqlite/keys.ts';
import { launchChromium } from '../support/chromium.ts';
import { TestServer } from '../support/server.ts';
import { OffcutPage } from './offcut-page.ts';
import { photos } from './photos.ts';

const COUNT = 10;
/** Behind a photo, where no decoder looks: it is sent in pieces. */
const LARGE_BYTES = 6 * 1024 * 1024;

let dataDir: string;
let browser: Browser;
let server: TestServer;
let key: string;
beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'offcut-sync-'));
  const keys = openSqliteKeys(path.join(dataDir, 'queue.sqlite'));
  const made = newKey({ name: 'phone', limits: DEFAULT_KEY_LIMITS, operator: false }, Date.now());
  await keys.add(made.key);
  await keys.close();
  key = made.text;
  [browser, server] = await Promise.all([
    launchChromium(),
    TestServer.start({ dataDir, env: { OFFCUT_RUNNERS: '1', OFFCUT_CONCURRENCY: '1' } }),
  ]);
});
afterAll(async () => {
  await browser.close();
  await server[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
});

/** A profile of its own, as on another device, that is connected and has new images run on the server. */
async function device(): Promise<{ context: BrowserContext; app: OffcutPage }> {
  const context = await browser.newContext();
  const app = await OffcutPage.open(context, server.url);
  const { page } = app;
  await page.getByTestId('settings').click();
  await page.getByTestId('open-server').click();
  await page.getByTestId('server-key').fill(key);
  await page.getByTestId('connect').click();
  const dialog = page.getByTestId('server');
  await dialog.locator('[data-testid="server-standing"][data-state="online"]').waitFor();
  await dialog.getByTestId('place-choice').getByText('Server', { exact: true }).click();
  await page.getByTestId('server-close').click();
  return { context, app };
}

async function jobsOnServer() {
  const headers = { authorization: `Bearer ${key}` };
  const response = await server.fetch('/queue/jobs?limit=100', { headers });
  return jobListWire.parse(await response.json()).jobs;
}

const completionsIn = (log: TestServer['log']) =>
  log.filter(({ event }) => event === 'image_completed').length;

test('photos added offline are done by the server, once each, whatever dies on the way, and are on every device', async () => {
  const [first, ...rest] = await photos(COUNT);
  if (first === undefined) throw new Error('There are no photos.');
  const batch = [{ ...first, bytes: Buffer.concat([first.bytes, randomBytes(LARGE_BYTES)]) }, ...rest];
  const names = batch.map(({ name }) => name).sort();
  const phone = await device();
  await phone.app.worksOffline();

  await phone.context.setOffline(true);
  await phone.app.add(...batch);
  const waiting = phone.app.page.locator('[data-testid="card-status"][data-place="waiting"]');
  await waiting.nth(COUNT - 1).waitFor();
  await phone.app.page.close();
  expect(await jobsOnServer()).toEqual([]);

  await phone.context.setOffline(false);
  const begun = server.nextLog('image_completed');
  const later = await OffcutPage.open(phone.context, server.url);
  await begun;
  await server.killTree();
  expect(completionsIn(server.log)).toBeLessThan(COUNT);
  await server.restart();
  await later
    .cards('completed')
    .nth(COUNT - 1)
    .waitFor({ timeout: 120_000 });
  const done = await jobsOnServer();
  expect(done.map(({ filenames: [name] }) => name).sort()).toEqual(names);
  expect(done.map(({ status }) => status)).toEqual(names.map(() => 'completed'));
  expect(await later.cards().count()).toBe(COUNT);
  const pieces = server.log.filter(({ method, status }) => method === 'PATCH' && status === 204);
  expect(pieces.length).toBeGreaterThanOrEqual(2);

  const laptop = await device();
  await laptop.app
    .cards('completed')
    .nth(COUNT - 1)
    .waitFor();
  expect(await laptop.app.cards().count()).toBe(COUNT);

  const [gone = ''] = names;
  await laptop.app.card(gone).hover();
  await laptop.app.card(gone).getByTestId('card-delete').click();
  await later.card(gone).waitFor({ state: 'detached', timeout: 60_000 });

  await phone.context.setOffline(true);
  await later.page.reload();
  await later
    .cards('completed')
    .nth(COUNT - 2)
    .waitFor();
  expect(await later.cards().count()).toBe(COUNT - 1);
  const { body } = await later.json('/queue/jobs?limit=100');
  const urls = jobListWire.parse(body).jobs.map(({ results: [result] }) => result?.url ?? '');
  for (const url of urls) expect((await later.alphaOf(url)).clear).toBeGreaterThan(0.05);
});

test('what waits is sent by Background Sync, with no page of the app open', async () => {
  const [photo] = await photos(1);
  if (photo === undefined) throw new Error('There is no photo.');
  const before = (await jobsOnServer()).length;
  const { context, app } = await device();
  await app.worksOffline();
  await context.setOffline(true);
  await app.add({ ...photo, name: 'left.jpg' });
  await app.page.locator('[data-testid="card-status"][data-place="waiting"]').waitFor();
  await app.page.close();
  await context.setOffline(false);

  // A browser sends the event when it sees the network again, which it never lost here.
  const bystander = await context.newPage();
  await bystander.goto(`${server.url}/health`);
  const devtools = await context.newCDPSession(bystander);
  const registered = Promise.withResolvers<string>();
  devtools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations: [registration] }) => {
    if (registration !== undefined) registered.resolve(registration.registrationId);
  });
  await devtools.send('ServiceWorker.enable');
  const done = server.nextLog('image_completed');
  await devtools.send('ServiceWorker.dispatchSyncEvent', {
    origin: server.url,
    registrationId: await registered.promise,
    tag: 'offcut-outbox',
    lastChance: false,
  });
  await done;
  const after = await jobsOnServer();
  expect(after).toHaveLength(before + 1);
  expect(after.flatMap(({ filenames }) => filenames)).toContain('left.jpg');
});
