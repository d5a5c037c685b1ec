import { expect, test } from 'vitest';
import { jobListWire, jobWire, statsWire, submitWire } from '#queue/wire.ts';
import { FaultyProxy } from '../support/faulty-proxy.ts';
import { OffcutPage } from './offcut-page.ts';
import { photos } from './photos.ts';
import { useStage } from './stage.ts';

const stage = useStage();

/** One photo, without the service worker, which stores onnxruntime for other models in the background. */
async function firstResultThrough(proxy: FaultyProxy): Promise<void> {
  const context = await stage.browser.newContext({ serviceWorkers: 'block' });
  const [photo] = await photos(1);
  if (!photo) throw new Error('no photos');
  const app = await OffcutPage.open(context, proxy.url);
  await app.add(photo);
  await app.reaches(photo.name, 'completed');
  await context.close();
}

test('the first result waits for no onnxruntime where there is no WebGPU: kernels of our own compute it', async () => {
  await using proxy = await FaultyProxy.before(stage.server.url);
  await firstResultThrough(proxy);
  expect(proxy.seen.filter((request) => request.includes('/network-thread.worker'))).not.toEqual([]);
  expect(proxy.seen.filter((request) => request.includes('/ort-wasm'))).toEqual([]);
});

test('onnxruntime computes the result when the threads of our kernels cannot start', async () => {
  await using proxy = await FaultyProxy.before(stage.server.url);
  proxy.fault = (_, path) => (path.includes('/network-thread.worker') ? 'cut' : undefined);
  await firstResultThrough(proxy);
  expect(proxy.seen.filter((request) => request.includes('/ort-wasm'))).not.toEqual([]);
});

test('one visit, then the network is gone: the app opens, and photos still become cutouts', async () => {
  const context = await stage.browser.newContext();
  const [first, second, third] = await photos(3);
  if (!first || !second || !third) throw new Error('no photos');
  const requests: string[] = [];
  context.on('request', (request) => {
    if (request.method() !== 'GET' && !request.serviceWorker()) return;
    if (!request.url().startsWith(stage.server.url) && !/^(?:blob|data):/.test(request.url()))
      requests.push(request.url());
  });

  // First visit, with the network.
  const app = await OffcutPage.open(context, stage.server.url);
  await app.add(first);
  await app.reaches(first.name, 'completed');
  await app.worksOffline();
  expect(await app.page.evaluate(() => crossOriginIsolated)).toBe(true);
  expect(await app.page.getByTestId('engine-badge').textContent()).toMatch(/WebAssembly/);
  const served = (await (await stage.server.fetch('/queue/jobs')).json()) as { total: number };
  expect(served.total, 'the image never reached the server').toBe(0);

  // The server dies, and with it the network.
  await stage.server.killTree();
  await app.page.reload();
  await app.reaches(first.name, 'completed');
  expect(await app.page.evaluate(() => crossOriginIsolated), 'isolation is kept offline').toBe(true);
  await app.add(second);
  await app.reaches(second.name, 'completed');

  // The contract is answered on the device, with the shapes of the server's.
  const list = jobListWire.parse((await app.json('/queue/jobs')).body);
  expect(list.total).toBe(2);
  expect(statsWire.parse((await app.json('/queue/stats')).body).stats.completed).toBe(2);
  const submitted = submitWire.parse(
    await app.page.evaluate(
      async ([name, type, base64]) => {
        const bytes = Uint8Array.from(atob(base64 ?? ''), (char) => char.charCodeAt(0));
        const form = new FormData();
        form.append('images', new File([bytes], name ?? '', { type: type ?? '' }));
        const answer = await fetch('/queue/submit', { method: 'POST', body: form });
        return (await answer.json()) as unknown;
      },
      [third.name, third.type, third.bytes.toString('base64')],
    ),
  );
  await app.reaches(third.name, 'completed');
  const job = jobWire.parse((await app.json(`/queue/job/${submitted.job_id}`)).body);
  expect(job.progress).toEqual({ total: 1, processed: 1, failed: 0 });
  const alpha = await app.alphaOf(job.results[0]?.url ?? '');
  expect(alpha).toMatchObject({ width: job.results[0]?.width, height: job.results[0]?.height });
  expect(alpha.clear, 'some background was removed').toBeGreaterThan(0.1);
  expect(alpha.solid, 'some subject was kept').toBeGreaterThan(0.02);

  expect(requests, 'nothing went anywhere else').toEqual([]);
  await context.close();
});
