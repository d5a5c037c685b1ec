import type { BrowserContext, Page } from 'playwright';
import { expect, test } from 'vitest';
import { OffcutPage } from './offcut-page.ts';
import { useStage } from './stage.ts';

const stage = useStage();

/** A tab at /docs, everything that was asked for on the way, and what the browser complained of. */
async function openDocs(context: BrowserContext) {
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(`${stage.server.url}/docs`);
  await operation(page, 'Submit images').waitFor();
  return { page, requests, complaints };
}

const operation = (page: Page, summary: string) => page.getByText(summary, { exact: true }).first();

/** The same words may be in parts that are folded away. */
const shown = (page: Page, text: string | RegExp) => page.getByText(text).filter({ visible: true }).first();

test('/docs shows an operation with its fields, defaults and codes, under its policy, and asks nobody else', async () => {
  const context = await stage.browser.newContext();
  const { page, requests, complaints } = await openDocs(context);
  await operation(page, 'Submit images').click();
  for (const detail of ['crop_margin', 'background_image', 'Idempotency-Key', 'Allowed:']) {
    await shown(page, detail).waitFor();
  }
  await shown(page, /^\s*422\s*$/).click();
  await shown(page, 'idempotency_conflict').waitFor();
  expect(complaints).toEqual([]);
  expect(new Set(requests.map((url) => new URL(url).origin))).toEqual(new Set([stage.server.url]));
  expect(requests).toContain(`${stage.server.url}/openapi.json`);
  const policy = (await page.request.get(page.url())).headers()['content-security-policy'] ?? '';
  expect(policy).toContain("default-src 'none'; script-src 'self';");
  await context.close();
});

test('a browser that has the app still gets /docs from the server', async () => {
  const context = await stage.browser.newContext();
  const app = await OffcutPage.open(context, stage.server.url);
  await app.worksOffline();
  const { page } = await openDocs(context);
  expect(await page.title()).toBe('Offcut API');
  await context.close();
});
