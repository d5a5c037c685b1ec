/**
 * Makes docs/screenshot.png: `node tests/support/artwork/screenshot.ts URL FOLDER` drops the still lifes that draw.ts
 * put into FOLDER on the app that is served at URL, and pictures what the real model made of them.
 */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { launchChromium } from '../chromium.ts';

const TARGET = fileURLToPath(new URL('../../../docs/screenshot.png', import.meta.url));
const MINUTE = 60_000;

const [url, folder] = process.argv.slice(2);
if (url === undefined || folder === undefined) throw new Error('Usage: screenshot.ts URL FOLDER');
const photos = (await readdir(folder))
  .filter((name) => name.endsWith('.jpg'))
  .map((name) => join(folder, name));

const browser = await launchChromium();
const page = await browser.newPage({ viewport: { width: 1040, height: 786 }, deviceScaleFactor: 1.5 });
await page.goto(url);
// One font on every machine; the page itself takes the one of the system.
await page.addStyleTag({ content: `:root { --font: Arial, 'Liberation Sans', sans-serif }` });
await page.locator('[data-testid=offline-badge] [data-state=ready]').waitFor({ timeout: MINUTE });
await page.getByTestId('file-input').setInputFiles(photos);
const last = page.getByTestId('card').nth(photos.length - 1);
// The last one is still under work, so that progress is seen as well.
await last.and(page.locator('[data-state=processing]')).waitFor({ timeout: 5 * MINUTE });
// And where a background is just going away, the cut is held half-way.
await page.evaluate(() => {
  for (const animation of document.getAnimations()) {
    if (!(animation instanceof CSSAnimation) || !animation.animationName.endsWith('cut')) continue;
    animation.pause();
    animation.currentTime = 400;
  }
});
const shot = await page.screenshot();
await sharp(shot).png({ palette: true, quality: 90, compressionLevel: 9 }).toFile(TARGET);
await browser.close();
