/**
 * WebGPU on the software adapter that Chromium can be told to offer. The real network would take minutes on it, so a
 * tiny one runs, through the app's own worker, client and runtime.
 */
import type { Browser, Page } from 'playwright';
import { createServer, type ViteDevServer } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { fromRoot } from '../support/run-script.ts';
import type { Outcome } from './webgpu-page.ts';

let server: ViteDevServer;
let address: string;

beforeAll(async () => {
  server = await createServer({
    configFile: false,
    root: fromRoot('.'),
    logLevel: 'error',
    server: {
      host: '127.0.0.1',
      port: 0,
      headers: {
        'Cross-Origin-Opener-Policy': 'same-origin',
        'Cross-Origin-Embedder-Policy': 'require-corp',
      },
    },
    optimizeDeps: {
      noDiscovery: true,
      include: ['comlink', 'fflate'],
      exclude: ['onnxruntime-web', '@jsquash/png'],
    },
    cacheDir: fromRoot('node_modules/.vite-webgpu'),
    appType: 'custom',
  });
  server.middlewares.use('/blank', (_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>WebGPU</title>');
  });
  await server.listen();
  address = server.resolvedUrls?.local[0] ?? '';
});
afterAll(() => server.close());

async function run(page: Page, prefer: 'auto' | 'webgpu' | 'wasm'): Promise<Outcome> {
  await page.goto(`${address}blank`);
  // As text, since vitest rewrites the imports of code.
  return page.evaluate<Outcome>(
    `import('/tests/e2e/webgpu-page.ts').then(({ brightnessMask }) => brightnessMask('${prefer}'))`,
  );
}

describe('with a software adapter', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium({ softwareWebGpu: true });
  });
  afterAll(() => browser.close());

  it('runs on WebGPU when it is asked to, with the same result as WebAssembly', async () => {
    const page = await browser.newPage();
    const onGpu = await run(page, 'webgpu');
    expect(onGpu.engine).toMatchObject({
      state: 'ready',
      runtime: 'webgpu',
      reason: expect.stringMatching(/WebGPU on .*swiftshader/i) as string,
    });
    const onCpu = await run(page, 'wasm');
    expect(onCpu.engine).toMatchObject({ state: 'ready', runtime: 'wasm' });
    expect(onGpu.mask).toEqual(onCpu.mask);
    expect(new Set(onGpu.mask).size).toBeGreaterThan(100);
    await page.close();
  });

  it('prefers WebAssembly when it may choose, and says why', async () => {
    const page = await browser.newPage();
    const { engine } = await run(page, 'auto');
    expect(engine).toMatchObject({
      runtime: 'wasm',
      reason: expect.stringMatching(/emulated in software.*WebAssembly on/i) as string,
    });
    await page.close();
  });

  it('falls back to WebAssembly when WebGPU fails to start, and says why', async () => {
    const page = await browser.newPage();
    await page.context().route(/asyncify.*\.wasm/, (route) => route.abort());
    const { engine, mask } = await run(page, 'webgpu');
    expect(engine).toMatchObject({
      runtime: 'wasm',
      reason: expect.stringMatching(/WebGPU failed on this device.*WebAssembly on/) as string,
    });
    expect(new Set(mask).size).toBeGreaterThan(100);
    await page.close();
  });
});

it('without any adapter it runs on WebAssembly, and says why', async () => {
  const browser = await launchChromium();
  const { engine } = await run(await browser.newPage(), 'webgpu');
  expect(engine).toMatchObject({
    runtime: 'wasm',
    reason: expect.stringMatching(/no WebGPU.*WebAssembly on/) as string,
  });
  await browser.close();
});
