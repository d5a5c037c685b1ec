import { sveltekit } from '@sveltejs/kit/vite';
import { createHash } from 'node:crypto';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { defineConfig, type Connect, type Plugin } from 'vite';

/** Threads in WebAssembly need SharedArrayBuffer, which a page only has when it is cross-origin isolated. */
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

export default defineConfig({
  plugins: [isolatePages(), sveltekit(), listFilesInServiceWorker()],
  worker: { format: 'es' },
  build: { target: 'es2023' },
  // Smaller: the main files are for ES5, and a dozen routes need no compiled router.
  resolve: {
    alias: [
      { find: /^dexie$/, replacement: 'dexie/dist/modern/dexie.mjs' },
      { find: /^workbox-window$/, replacement: 'workbox-window/build/workbox-window.prod.mjs' },
      { find: /^hono$/, replacement: 'hono/tiny' },
    ],
  },
  // These find their .wasm next to their own module, which pre-bundling would move.
  optimizeDeps: {
    exclude: ['onnxruntime-web', '@jsquash/png'],
    include: ['comlink', 'fflate', 'libheif-js/libheif-wasm/libheif.js'],
  },
});

/** Vite's own `headers` settings leave out the pages, which SvelteKit answers. */
function isolatePages(): Plugin {
  const isolate: Connect.NextHandleFunction = (_request, response, next) => {
    for (const [name, value] of Object.entries(isolation)) response.setHeader(name, value);
    next();
  };
  return {
    name: 'offcut-isolate-pages',
    configureServer: ({ middlewares }) => void middlewares.use(isolate),
    configurePreviewServer: ({ middlewares }) => void middlewares.use(isolate),
  };
}

/**
 * Puts the list of all built files into the service worker, which stores them. SvelteKit's own list
 * (`$service-worker`) lacks what only a worker imports: its chunks, the runtime and the weights.
 */
function listFilesInServiceWorker(): Plugin {
  const output = path.resolve('.svelte-kit/output');
  let ssr = false;
  return {
    name: 'offcut-list-files-in-service-worker',
    apply: 'build',
    configResolved: (config) => {
      ssr = Boolean(config.build.ssr);
    },
    // SvelteKit builds client, service worker and pages from the end of its server build; this comes after that.
    writeBundle: {
      sequential: true,
      order: 'post',
      handler: async () => {
        if (!ssr) return;
        const script = path.join(output, 'client/service-worker.js');
        const files = [
          ...(await describeFiles(path.join(output, 'client'), (url) => url !== '/service-worker.js')),
          ...(await describeFiles(path.join(output, 'prerendered/pages'))),
        ];
        if (!files.some(({ url }) => url.endsWith('.onnx')))
          throw new Error('The weights of the default model are not there. Run `npm run setup` first.');
        const code = await readFile(script, 'utf8');
        if (!code.includes('__OFFCUT_FILES__'))
          throw new Error(`${script} has no place for the list of files.`);
        if (/\bimport\(/.test(code))
          throw new Error(
            `${script} imports something later, which no service worker may. Import it at once.`,
          );
        await writeFile(
          script,
          code.replaceAll('__OFFCUT_FILES__', () => JSON.stringify(files)),
        );
      },
    },
  };
}

async function describeFiles(folder: string, wanted = (_url: string) => true) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const described = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => {
      const file = path.join(entry.parentPath, entry.name);
      const relative = path.relative(folder, file).split(path.sep).join('/');
      // The page by its file's name: at `/` the server answers programs with JSON.
      return describeFile(file, `/${relative}`);
    });
  const files = await Promise.all(described);
  return files
    .filter(({ url }) => !url.startsWith('/.') && wanted(url))
    .sort((a, b) => (a.url < b.url ? -1 : 1));
}

async function describeFile(file: string, url: string) {
  const content = await readFile(file);
  const hashed = url.startsWith('/_app/immutable/');
  const revision = hashed ? null : createHash('sha256').update(content).digest('hex').slice(0, 16);
  return { url, revision, bytes: content.length };
}
