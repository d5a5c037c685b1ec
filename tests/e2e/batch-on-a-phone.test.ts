import { afterEach, expect, test } from 'vitest';
import type { BrowserContext } from 'playwright';
import { allAdded, smallPhotos } from './batch.ts';
import { OffcutPage } from './offcut-page.ts';
import type { Photo } from './photos.ts';
import { useStage } from './stage.ts';

const stage = useStage();
let context: BrowserContext;
afterEach(() => context.close());

test('on a phone, 120 images fit; a finger that rests selects, and one that taps selects more', async () => {
  context = await stage.browser.newContext({
    viewport: { width: 390, height: 844 },
    isMobile: true,
    hasTouch: true,
  });
  const app = await OffcutPage.open(context, stage.server.url);
  const { page } = app;
  await page.getByTestId('pick-camera').waitFor();
  expect(await page.getByTestId('camera-input').first().getAttribute('capture')).toBe('environment');
  expect(await page.getByTestId('pick-folder').isVisible()).toBe(false);
  await app.worksOffline();
  await page.evaluate(() => fetch('/queue/pause', { method: 'POST' }));
  const letter: Photo = { name: 'letter.png', type: 'image/png', bytes: Buffer.from('%PDF-1.7 Dear Sir') };
  await app.add(letter, ...(await smallPhotos(119)));
  await allAdded(app);
  expect(await page.getByTestId('card').count()).toBeLessThan(40);
  for (const width of [390, 320]) {
    await page.setViewportSize({ width, height: 844 });
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(beyond, `pixels beyond ${String(width)}`).toBeLessThanOrEqual(0);
  }

  const card = app.card('product-001.png');
  const box = await card.boundingBox();
  if (box === null) throw new Error('The card is not there.');
  const finger = await context.newCDPSession(page);
  const touchPoints = [{ x: box.x + box.width / 2, y: box.y + box.height / 2 }];
  await finger.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints });
  await page.getByTestId('selection-bar').waitFor();
  await finger.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
  await app.card('product-002.png').locator('[data-main]').tap();
  await page.getByTestId('selection-bar').getByText('2 selected').waitFor();
  // Another place in line without dragging, which fingers use for scrolling.
  const said = page.getByTestId('said');
  await page.getByTestId('first-selected').tap();
  await said.filter({ hasText: 'Number 1 of 120' }).waitFor({ state: 'attached' });
  await page.getByTestId('later-selected').tap();
  await said.filter({ hasText: 'Number 2 of 120' }).waitFor({ state: 'attached' });
  await page.getByTestId('earlier-selected').tap();
  await said.filter({ hasText: 'Number 1 of 120' }).waitFor({ state: 'attached' });
  await page.getByTestId('select-none').tap();

  await page.getByTestId('resume').tap();
  await app.reaches('product-001.png', 'completed');
  await app.reaches('letter.png', 'failed');
  expect(await app.card('letter.png').getByTestId('card-error').textContent()).toContain('PDF');
  await page.getByTestId('retry-failed').tap();
  await page.getByTestId('cancel-all').tap();
});
