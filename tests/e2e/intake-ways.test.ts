import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import type { BrowserContext, Page } from 'playwright';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { smallPhotos, workWithTinyModel } from './batch.ts';
import { fromRoot } from '../support/run-script.ts';
import { OffcutPage } from './offcut-page.ts';
import { useStage } from './stage.ts';

const stage = useStage();
let context: BrowserContext;
beforeEach(async () => {
  context = await stage.browser.newContext();
});
afterEach(() => context.close());

/** Another site: one of its pictures is for everybody (CORS), the other for itself. */
let elsewhere: string;
const site = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://elsewhere');
  asked.push({ pathname, referrer: request.headers.referer, cookie: request.headers.cookie });
  if (pathname === '/page.html')
    response.setHeader('access-control-allow-origin', '*').setHeader('content-type', 'text/html').end('<p>');
  else if (pathname === '/gone.png') response.writeHead(404, { 'access-control-allow-origin': '*' }).end();
  else {
    if (pathname === '/open.png') response.setHeader('access-control-allow-origin', '*');
    response.setHeader('content-type', 'image/png').end(picture);
  }
});
const asked: { pathname: string; referrer: string | undefined; cookie: string | undefined }[] = [];
let picture: Buffer;
beforeAll(async () => {
  picture = (await smallPhotos(1))[0]?.bytes ?? Buffer.alloc(0);
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  elsewhere = `http://127.0.0.1:${String((site.address() as AddressInfo).port)}`;
});
afterAll(() => new Promise((resolve) => site.close(resolve)));

async function pasteText(page: Page, type: string, text: string): Promise<void> {
  await page.evaluate(
    ([kind, content]) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData(kind, content);
      document.body.dispatchEvent(
        new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
      );
    },
    [type, text] as const,
  );
}

test('a HEIC photo of an iPhone is cut out, and the next one also without a network', async () => {
  const app = await OffcutPage.open(context, stage.server.url);
  await app.worksOffline();
  await workWithTinyModel(app);
  const bytes = Buffer.from(await readFile(fromRoot('tests/fixtures/heic/display-p3.heic')));
  // As Windows and Linux hand it over: they do not know its type.
  await app.add({ name: 'IMG_0001.HEIC', type: '', bytes });
  await app.reaches('IMG_0001.HEIC', 'completed');
  const shown = app.card('IMG_0001.HEIC').locator('img').first();
  await shown.waitFor();

  await context.setOffline(true);
  await app.page.reload();
  await app.page.getByTestId('offline-badge').waitFor();
  await app.add({ name: 'IMG_0002.HEIC', type: 'image/heic', bytes });
  const second = app.card('IMG_0002.HEIC');
  await expect
    .poll(async () => `${String(await second.getAttribute('data-state'))}: ${await second.innerText()}`, {
      timeout: 60_000,
    })
    .toMatch(/^completed/);
});

test('a picture behind a link is fetched when its user says so, by their own device, and not before', async () => {
  const app = await OffcutPage.open(context, stage.server.url);
  const { page } = app;
  await page.getByTestId('open-link').click();
  await page.keyboard.press('Escape');
  await page.getByTestId('link-dialog').waitFor({ state: 'detached' });
  await pasteText(page, 'text/plain', `${elsewhere}/open.png`);
  await page.getByTestId('link-dialog').waitFor();
  expect(await page.getByTestId('link-field').inputValue()).toBe(`${elsewhere}/open.png`);
  expect(asked).toEqual([]);
  await page.getByTestId('link-fetch').click();
  await app.card('open.png').waitFor();
  expect(asked).toEqual([{ pathname: '/open.png', referrer: undefined, cookie: undefined }]);
});

test('a link that leads to no picture says why, and what to do instead', async () => {
  const app = await OffcutPage.open(context, stage.server.url);
  const { page } = app;
  await page.goto(`${stage.server.url}/?start=link`);
  const tried: [string, RegExp][] = [
    ['duck', /https:\/\//],
    [`${elsewhere}/closed.png`, /does not let other pages read its pictures.*[Ss]ave the picture/],
    [`${elsewhere}/page.html`, /text\/html/],
    [`${elsewhere}/gone.png`, /404/],
    ['http://127.0.0.1:9/nobody.png', /could not be reached/],
  ];
  for (const [address, words] of tried) {
    await page.getByTestId('link-field').fill(address);
    await page.getByTestId('link-fetch').click();
    await page.getByTestId('link-problem').getByText(words).waitFor();
  }
  // What the page itself may do has not changed: it talks to its own origin alone.
  const refused = await page.evaluate(
    (url) =>
      fetch(url).then(
        () => 'answered',
        () => 'refused',
      ),
    `${elsewhere}/open.png`,
  );
  expect(refused).toBe('refused');
});

test('pictures are pasted: as files, out of pages, and by the button of the clipboard', async () => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const app = await OffcutPage.open(context, stage.server.url);
  const { page } = app;
  await app.worksOffline();
  await page.evaluate(() => fetch('/queue/pause', { method: 'POST' }));
  await pasteText(
    page,
    'text/html',
    `<p><img src="data:image/png;base64,${picture.toString('base64')}"></p>`,
  );
  await app.card('Pasted').waitFor();
  await page.evaluate(async (base64) => {
    const blob = new Blob([Uint8Array.fromBase64(base64)], { type: 'image/png' });
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': blob })]);
  }, picture.toString('base64'));
  await page.keyboard.press('ControlOrMeta+v');
  await expect.poll(() => app.cards().count()).toBe(2);
  await page.getByTestId('add-menu').click();
  await page.getByTestId('menu-paste').click();
  await expect.poll(() => app.cards().count()).toBe(3);
});

test('files that the system opens with the app are taken', async () => {
  await context.addInitScript(() => {
    Object.defineProperty(window, 'launchQueue', {
      value: { setConsumer: (consumer: unknown) => Object.assign(window, { consumer }) },
    });
  });
  const app = await OffcutPage.open(context, stage.server.url);
  await app.page.waitForFunction(() => 'consumer' in window);
  await app.page.evaluate(async (base64) => {
    const folder = await navigator.storage.getDirectory();
    const handle = await folder.getFileHandle('opened-with.png', { create: true });
    const writable = await handle.createWritable();
    await writable.write(Uint8Array.fromBase64(base64));
    await writable.close();
    const { consumer } = window as unknown as { consumer: (launch: unknown) => void };
    consumer({ files: [handle], targetURL: location.href });
  }, picture.toString('base64'));
  await app.card('opened-with.png').waitFor();
});

test('leaving while files are being taken in is asked about; afterwards it is not', async () => {
  const app = await OffcutPage.open(context, stage.server.url);
  const { page } = app;
  const isGuarded = () =>
    page.evaluate(() => !window.dispatchEvent(new Event('beforeunload', { cancelable: true })));
  expect(await isGuarded()).toBe(false);
  const photos = await smallPhotos(40);
  await app.add(...photos);
  await page.getByTestId('adding').waitFor();
  expect(await isGuarded()).toBe(true);
  await page.getByTestId('adding').waitFor({ state: 'detached', timeout: 60_000 });
  expect(await isGuarded()).toBe(false);
});
