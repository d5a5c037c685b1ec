/** The page's policy in a real browser: all that the page itself does is allowed, and nothing that is slipped into it. */
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright';
import { expect, test } from 'vitest';
import { fromRoot } from '../support/run-script.ts';
import { OffcutPage } from './offcut-page.ts';
import { useStage } from './stage.ts';

const stage = useStage();

/** What the browser says of policies, in the page and in its workers. */
function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  const listen = (text: string) => {
    if (/content security policy|permissions.policy|trusted type/i.test(text)) complaints.push(text);
  };
  page.on('console', (message) => listen(message.text()));
  page.context().on('console', (message) => listen(message.text()));
  return complaints;
}

test('from the first visit to the result, nothing breaks the policy of page, workers or service worker', async () => {
  const context = await stage.browser.newContext();
  const page = await context.newPage();
  const complaints = complaintsOf(page);
  await page.goto(stage.server.url);
  const app = OffcutPage.at(page);
  await app.worksOffline();
  const bytes = await readFile(fromRoot('static/samples/duck.jpg'));
  expect(complaints).toEqual([]);
  await app.add({ name: 'duck.jpg', type: 'image/jpeg', bytes });
  await app.reaches('duck.jpg', 'completed');
  await page.reload();
  await app.reaches('duck.jpg', 'completed');
  expect(complaints).toEqual([]);
  await context.close();
});

test('an inline script, an event handler or a foreign script that is slipped in does not run', async () => {
  const context = await stage.browser.newContext({ serviceWorkers: 'block' });
  const page = await context.newPage();
  // As if somebody had found a way to write into the page's own markup on its way.
  await page.route(`${stage.server.url}/`, async (route) => {
    const answer = await route.fetch();
    const html = await answer.text();
    const injected = `
      <script>window.inline = true</script>
      <img src="data:," onerror="window.handler = true">
      <a id="link" href="javascript:window.followed = true">link</a>
      <script src="https://evil.example/x.js"></script>
      <base href="https://evil.example/">`;
    await route.fulfill({ response: answer, body: html.replace('<body>', `<body>${injected}`) });
  });
  const violated = new Set<string>();
  await page.exposeFunction('violated', (directive: string) => violated.add(directive));
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
      void (globalThis as unknown as { violated: (directive: string) => void }).violated(effectiveDirective);
    });
  });
  await page.goto(stage.server.url, { waitUntil: 'load' });
  await page.locator('#link').focus();
  await page.keyboard.press('Enter');
  await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.appended = true';
    document.body.append(script);
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- what must not work
    setTimeout('window.compiled = true');
  });
  await expect
    .poll(() => [...violated].sort())
    .toEqual(['base-uri', 'script-src', 'script-src-attr', 'script-src-elem']);
  const ran = await page.evaluate(() =>
    ['inline', 'handler', 'followed', 'appended', 'compiled'].filter((name) => name in window),
  );
  expect(ran).toEqual([]);
  await context.close();
});

test('no other site can put the page into a frame', async () => {
  const context = await stage.browser.newContext();
  const page = await context.newPage();
  await page.setContent(`<iframe src="${stage.server.url}/"></iframe>`);
  await expect.poll(() => page.frames()[1]?.url()).toBe('chrome-error://chromewebdata/');
  await context.close();
});
