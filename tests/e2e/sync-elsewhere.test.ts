/** A server at an address of its own, with keys: what its user meets on the way to it, and when the key is taken away. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Page } from 'playwright';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { KeyStore } from '../../server/access/key-store.ts';
import { DEFAULT_KEY_LIMITS, newKey } from '../../server/access/new-key.ts';
import { openSqliteKeys } from '../../server/stores/sqlite/keys.ts';
import { TestServer } from '../support/server.ts';
import { OffcutPage } from './offcut-page.ts';
import { photos } from './photos.ts';
import { useStage } from './stage.ts';

const stage = useStage();
const RUNNER = { OFFCUT_RUNNERS: '1', OFFCUT_CONCURRENCY: '1' };

let dataDir: string;
let keys: KeyStore;
let elsewhere: TestServer;
beforeAll(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), 'offcut-elsewhere-'));
  keys = openSqliteKeys(path.join(dataDir, 'queue.sqlite'));
  await addKey('operator');
  elsewhere = await TestServer.start({ dataDir, env: RUNNER });
});
afterAll(async () => {
  await elsewhere[Symbol.asyncDispose]();
  await keys.close();
  await rm(dataDir, { recursive: true, force: true });
});

async function addKey(name: string): Promise<{ id: string; text: string }> {
  const { key, text } = newKey({ name, limits: DEFAULT_KEY_LIMITS, operator: false }, Date.now());
  await keys.add(key);
  return { id: key.id, text };
}

/** What the form answers to this address and key; empty when they were taken. */
async function connect(page: Page, address: string, key: string): Promise<string> {
  const dialog = page.getByTestId('server');
  await dialog.getByText('Another', { exact: false }).first().click();
  await page.getByTestId('server-address').fill(address);
  await page.getByTestId('server-key').fill(key);
  await page.getByTestId('connect').click();
  const problem = page.getByTestId('connect-problem');
  const online = dialog.locator('[data-testid="server-standing"][data-state="online"]');
  await problem.or(online).first().waitFor();
  return (await problem.count()) === 0 ? '' : await problem.innerText();
}

async function placed(app: OffcutPage, name: string): Promise<string | null> {
  return app.card(name).getByTestId('card-status').getAttribute('data-place');
}

test('what keeps a server out is said in words; a key that is taken away stops the sending and loses nothing', async () => {
  const [done, moved, sentLater] = await photos(3);
  if (done === undefined || moved === undefined || sentLater === undefined) throw new Error('no photos');
  const app = await OffcutPage.open(await stage.browser.newContext(), stage.server.url);
  const { page } = app;
  await page.getByTestId('settings').click();
  await page.getByTestId('open-server').click();

  const first = await addKey('laptop');
  expect(await connect(page, 'mailto:nobody', first.text)).toMatch(/address/);
  expect(await connect(page, elsewhere.url, first.text)).toContain(stage.server.url);
  await elsewhere.stop();
  expect(await connect(page, elsewhere.url, first.text)).toContain(new URL(elsewhere.url).host);
  await elsewhere.restart({ ...RUNNER, OFFCUT_CORS_ORIGINS: stage.server.url });
  expect(await connect(page, elsewhere.url, '')).toMatch(/key/);
  expect(await connect(page, elsewhere.url, `${first.text.slice(0, -4)}AAAA`)).toMatch(/key/);
  expect(await connect(page, elsewhere.url, first.text)).toBe('');

  await page.getByTestId('place-choice').getByText('Server', { exact: true }).click();
  await page.getByTestId('server-close').click();
  const completed = elsewhere.nextLog('image_completed');
  await app.add(done);
  await completed;
  await app.reaches(done.name, 'completed');

  await keys.revoke(first.id, Date.now());
  await page.locator('[data-testid="server-badge"] [data-state="refused"]').first().waitFor();
  await app.add(moved, sentLater);
  await page.locator('[data-testid="card-status"][data-place="waiting"]').nth(1).waitFor();
  expect(await app.card(done.name).getAttribute('data-state')).toBe('completed');

  await app.card(moved.name).hover();
  await app.card(moved.name).getByTestId('card-to-device').click();
  await app.reaches(moved.name, 'completed');
  expect(await placed(app, sentLater.name)).toBe('waiting');

  const second = await addKey('laptop, again');
  await page.getByTestId('server-badge').click();
  await page.getByTestId('server-settings').click();
  // The badge's panel, which says it too, may still be closing.
  expect(await page.getByTestId('server').getByTestId('server-problem').innerText()).toMatch(/key/);
  expect(await connect(page, elsewhere.url, second.text)).toBe('');
  await page.getByTestId('server-close').click();
  await app.reaches(sentLater.name, 'completed');
  expect(await app.cards('completed').count()).toBe(3);
  const byServer = elsewhere.log.filter(({ event }) => event === 'image_completed');
  expect(byServer).toHaveLength(2);
});
