import { svelte } from '@sveltejs/vite-plugin-svelte';
import { playwright } from '@vitest/browser-playwright';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { chromiumArguments, ensureChromium } from './tests/support/chromium.ts';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** Threads in WebAssembly need SharedArrayBuffer, which a page only has when it is cross-origin isolated. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/**
 * Vitest's Playwright provider, with our browser. It is looked for (and installed) when the first browser suite
 * starts, not when this file is read: most runs need none. Prewarming would launch one before that.
 */
function chromiumProvider() {
  const { prewarm: _, ...provider } = playwright();
  return {
    ...provider,
    providerFactory(project: Parameters<typeof provider.providerFactory>[0]) {
      const launchOptions = { args: chromiumArguments(), executablePath: ensureChromium() };
      return playwright({ launchOptions }).providerFactory(project);
    },
  };
}

/**
 * Tests get two more tries in CI, where other work on the machine can starve the real clocks, connections, processes and
 * browsers that most of them use; the report names each test that needed one (`retry x1`).
 */
const retry = process.env['CI'] ? 2 : 0;

/**
 * One project an environment. They run one group after the other (`groupOrder`), because the later ones measure real
 * processes and a real browser, which a busy machine of two cores would time out.
 */
export default defineConfig({
  test: {
    reporters: ['default', './tests/support/closing-line.ts'],
    globalSetup: ['./tests/support/setup-types.ts', './tests/support/setup-weights.ts'],
    passWithNoTests: false,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['tests/unit/**/*.test.ts', '{src/lib/queue,src/lib/matting,models,server}/**/*.test.ts'],
          exclude: ['**/*.browser.test.ts', '**/node_modules/**'],
          retry,
          testTimeout: 20_000,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'contract',
          include: ['tests/contract/**/*.test.ts'],
          exclude: ['**/*.browser.test.ts'],
          retry,
          testTimeout: 20_000,
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        plugins: [svelte()],
        resolve: { alias: { $lib: path('./src/lib') } },
        assetsInclude: ['**/*.onnx'],
        server: { headers: isolation },
        // The runtime finds its .wasm next to its own module, which pre-bundling would move.
        optimizeDeps: {
          exclude: ['onnxruntime-web', '@jsquash/png'],
          include: [
            'client-zip',
            'comlink',
            'dexie',
            'fast-check',
            'fflate',
            'hono',
            'hono/streaming',
            'uuid',
            'workbox-window',
            'zod',
          ],
        },
        worker: { format: 'es' },
        test: {
          name: 'browser',
          include: ['tests/**/*.browser.test.ts'],
          retry,
          testTimeout: 60_000,
          hookTimeout: 60_000,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          browser: {
            enabled: true,
            headless: true,
            screenshotFailures: false,
            provider: chromiumProvider(),
            instances: [{ browser: 'chromium' }],
          },
        },
      },
      {
        test: {
          name: 'server',
          include: ['tests/server/**/*.test.ts'],
          retry,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.ts'],
          retry,
          globalSetup: ['./tests/support/setup-chromium.ts', './tests/support/setup-app.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
