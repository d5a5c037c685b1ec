import { readFile } from 'node:fs/promises';
import type { BrowserContext } from 'playwright';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fromRoot } from '../support/run-script.ts';
import { smallPhotos } from './batch.ts';
import { OffcutPage } from './offcut-page.ts';
import { useStage } from './stage.ts';

const stage = useStage();
let context: BrowserContext;
beforeEach(async () => {
  context = await stage.browser.newContext();
});
afterEach(() => context.close());

interface ShareTarget {
  action: string;
  method: string;
  enctype: string;
  params: { title: string; text: string; url: string; files: { name: string }[] };
}

async function shareTarget(): Promise<ShareTarget> {
  const text = await readFile(fromRoot('static/manifest.webmanifest'), 'utf8');
  return (JSON.parse(text) as { share_target: ShareTarget }).share_target;
}

/** Posts what the system would post for an app that shares, as the manifest says. */
async function share(
  { page }: OffcutPage,
  what: { files?: Awaited<ReturnType<typeof smallPhotos>>; text?: string },
) {
  const { action, method, enctype, params } = await shareTarget();
  await page.evaluate(
    ([form, names]) => {
      const html = `<form id="system" hidden method="${form.method}" action="${form.action}" enctype="${form.enctype}">
        <input name="${names.text}"><input type="file" multiple name="${names.files}"></form>`;
      document.body.insertAdjacentHTML('beforeend', html);
    },
    [
      { action, method, enctype },
      { text: params.text, files: params.files[0]?.name ?? '' },
    ] as const,
  );
  const form = page.locator('#system');
  const files = (what.files ?? []).map(({ name, type, bytes }) => ({ name, mimeType: type, buffer: bytes }));
  if (files.length > 0) await form.locator('[type=file]').setInputFiles(files);
  else
    await form.locator('[type=file]').evaluate((input) => {
      input.remove();
    });
  await form
    .locator('input')
    .first()
    .evaluate((input, text) => ((input as HTMLInputElement).value = text), what.text ?? '');
  await form.evaluate((element) => {
    (element as HTMLFormElement).submit();
  });
  await page.waitForURL(({ pathname }) => pathname === '/');
  await page.getByTestId('offline-badge').waitFor();
}

test('images that another app shares are taken without a network, once, and never leave the device', async () => {
  const app = await OffcutPage.open(context, stage.server.url);
  await app.worksOffline();
  const posted: string[] = [];
  context.on('request', (request) => {
    if (request.method() === 'POST' && request.serviceWorker()) posted.push(request.url());
  });
  await context.setOffline(true);
  await share(app, { files: await smallPhotos(2, 'shared') });
  await app.card('shared-000.png').waitFor();
  await app.card('shared-001.png').waitFor();
  expect(new URL(app.page.url()).search).toBe('');
  await app.page.reload();
  await app.card('shared-001.png').waitFor();
  expect(await app.cards().count()).toBe(2);
  expect(posted).toEqual([]);
});

test('a link that another app shares is offered, and not followed', async () => {
  const app = await OffcutPage.open(context, stage.server.url);
  await app.worksOffline();
  await share(app, { text: 'Look: https://shop.example/duck.jpg' });
  await app.page.getByTestId('link-dialog').waitFor();
  expect(await app.page.getByTestId('link-field').inputValue()).toBe('https://shop.example/duck.jpg');
  await app.page.keyboard.press('Escape');
  await share(app, { text: 'hello' });
  await app.page.getByText(/neither an image nor a link/).waitFor();
});
