import type { Browser } from 'playwright';
import { afterEach, expect, test } from 'vitest';
import { launchChromium, type ChromiumOptions } from '../../support/chromium.ts';

let browser: Browser | undefined;
afterEach(() => browser?.close());

/** Whether a secure page of a browser with these options is given a WebGPU adapter. */
async function offersWebGpu(options: ChromiumOptions): Promise<boolean> {
  browser = await launchChromium(options);
  const page = await browser.newPage();
  await page.route('http://localhost/', (route) => route.fulfill({ body: '' }));
  await page.goto('http://localhost/');
  return page.evaluate(async () => {
    // The types of TypeScript's DOM library do not have WebGPU in every version.
    const { gpu } = navigator as unknown as { gpu?: { requestAdapter(): Promise<unknown> } };
    return (await gpu?.requestAdapter()) != null;
  });
}

test('a browser is given a WebGPU adapter in software when it is asked for', async () => {
  expect(await offersWebGpu({ softwareWebGpu: true })).toBe(true);
});

test('otherwise a machine without a graphics card has none, which is what sends users to WebAssembly', async () => {
  expect(await offersWebGpu({ args: ['--disable-gpu'] })).toBe(false);
});
