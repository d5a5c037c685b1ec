import adapterStatic from '@sveltejs/adapter-static';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const pages = process.env.OFFCUT_BUILD_DIR || 'build';

/** @type {import('@sveltejs/kit').Config} */
export default {
  kit: {
    adapter: withCompressedCopies(adapterStatic({ pages })),
    // The few styles of the first page come with it: its first paint waits for no further request.
    inlineStyleThreshold: 16_384,
    // Registered by the page itself through workbox-window, which also handles updates.
    serviceWorker: { register: false },
  },
};

/**
 * The adapter's own `precompress` gives every file brotli's slowest level: minutes for the runtimes' .wasm of 14 and
 * 27 MB. Level 6 takes seconds and leaves 2.8 and 4.8 MB, where the slowest would leave 2.3 and 3.9.
 *
 * @param {import('@sveltejs/kit').Adapter} adapter
 * @returns {import('@sveltejs/kit').Adapter}
 */
function withCompressedCopies(adapter) {
  return {
    ...adapter,
    adapt: async (builder) => {
      await adapter.adapt(builder);
      builder.log.minor('Compressing assets and pages');
      await compressFolder(pages);
    },
  };
}

/** Writes `.br` and `.gz` beside every file that gets smaller. @param {string} folder */
async function compressFolder(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const texts = entries.filter((entry) => /\.(css|html|js|json|svg|wasm|webmanifest)$/.test(entry.name));
  await Promise.all(texts.map((entry) => compressFile(path.join(entry.parentPath, entry.name))));
}

const LARGE_BYTES = 1_000_000;

/** @param {string} file */
async function compressFile(file) {
  const content = await readFile(file);
  const quality = content.length > LARGE_BYTES ? 6 : constants.BROTLI_MAX_QUALITY;
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: quality,
    [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  };
  await Promise.all([
    promisify(brotliCompress)(content, { params }).then((smaller) => writeFile(`${file}.br`, smaller)),
    promisify(gzip)(content).then((smaller) => writeFile(`${file}.gz`, smaller)),
  ]);
}
