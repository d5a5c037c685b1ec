import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Browser, Page } from 'playwright';
import { DEFAULT_MODEL } from '#models/registry.ts';
import { weightsPath } from '../../server/matting/weights.ts';
import { fromRoot } from '../support/run-script.ts';

const PAGE = `<!doctype html><script type="module">
  const worker = new Worker('/worker.js', { type: 'module' });
  globalThis.ask = (count) => new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = ({ message }) => reject(new Error(message));
    worker.postMessage(count);
  });
</script>`;

const { width, height } = DEFAULT_MODEL.inputSize;
/** It listens before it loads: a module that waits at its top level loses what it is sent meanwhile. */
const WORKER = `
  import * as ort from '/ort/ort.wasm.min.mjs';
  const opened = open();
  onmessage = async ({ data: count }) => {
    const { session, feeds } = await opened;
    const began = performance.now();
    for (let n = 0; n < count; n += 1) await session.run(feeds, [session.outputNames[0]]);
    postMessage((performance.now() - began) / 1000);
  };
  async function open() {
    ort.env.wasm.numThreads = Math.min(4, navigator.hardwareConcurrency);
    const weights = new Uint8Array(await (await fetch('/weights')).arrayBuffer());
    const session = await ort.InferenceSession.create(weights);
    const data = Float32Array.from({ length: ${String(3 * width * height)} }, (_, i) => Math.sin(i));
    const tensor = new ort.Tensor('float32', data, [1, 3, ${String(height)}, ${String(width)}]);
    return { session, feeds: { [session.inputNames[0]]: tensor } };
  }
`;

const ISOLATED = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** onnxruntime-web in a worker of a page that has nothing else: what the browser makes of the network by itself. */
export class BareWebLoop implements AsyncDisposable {
  readonly #server: Server;
  readonly #page: Page;

  private constructor(server: Server, page: Page) {
    this.#server = server;
    this.#page = page;
  }

  static async start(browser: Browser): Promise<BareWebLoop> {
    const server = createServer((request, response) => {
      void answer(request.url ?? '/').then(
        ([type, body]) => response.writeHead(200, { ...ISOLATED, 'Content-Type': type }).end(body),
        () => response.writeHead(404).end(),
      );
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`);
    const loop = new BareWebLoop(server, page);
    // Not measured: the module compiles, and the first run allocates.
    await loop.rate(2);
    return loop;
  }

  /** Runs a second. */
  async rate(count: number): Promise<number> {
    const seconds = await this.#page.evaluate(
      (runs) => (globalThis as unknown as { ask: (count: number) => Promise<number> }).ask(runs),
      count,
    );
    return count / seconds;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#page.close();
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

async function answer(url: string): Promise<[type: string, body: string | Buffer]> {
  if (url === '/') return ['text/html', PAGE];
  if (url === '/worker.js') return ['text/javascript', WORKER];
  if (url === '/weights') return ['application/octet-stream', await readFile(weightsPath(DEFAULT_MODEL))];
  const file = fromRoot(path.join('node_modules/onnxruntime-web/dist', path.basename(url)));
  return [url.endsWith('.wasm') ? 'application/wasm' : 'text/javascript', await readFile(file)];
}
