/**
 * What refinement costs: `fast` on drawn scenes of several sizes, with the masks that the default model has of them, on
 * one thread of this process and in a worker of a real Chromium. Milliseconds a megapixel, the least of some runs of
 * each scene, since others use the machine; a worker cannot tell its own CPU time.
 *
 *     node tests/bench/run.ts --only refinement
 */
import type { Browser } from 'playwright';
import sharp from 'sharp';
import { build } from 'vite';
import type { PixelImage } from '#matting/image.ts';
import { drawScene, SCENES } from '../eval/draw/scenes.ts';
import { openNetwork } from '../eval/network.ts';
import { launchChromium } from '../support/chromium.ts';
import { fromRoot } from '../support/run-script.ts';
import { timeOfRefinement, type RefinementCase } from './refinement-time.ts';
import type { Report } from './report.ts';
import type { BenchSettings } from './settings.ts';

const MEGAPIXELS = [0.3, 1, 2, 12];
/** Hair, a chair, a still life, and something that moves. */
const CHOSEN = [0, 20, 40, 50];
const RUNS = 8;
const MUST = { node: 60, browser: 120 };

async function scaled({ data, width, height }: PixelImage, megapixels: number): Promise<PixelImage> {
  const scale = Math.sqrt((megapixels * 1e6) / (width * height));
  const { data: pixels, info } = await sharp(data, { raw: { width, height, channels: 4 } })
    .resize(Math.round(width * scale), Math.round(height * scale), { fit: 'fill' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data: new Uint8ClampedArray(pixels) };
}

async function workerScript(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    root: fromRoot('.'),
    build: {
      write: false,
      lib: { entry: 'tests/bench/refinement.worker.ts', formats: ['es'], fileName: 'worker' },
    },
  });
  const [bundle] = Array.isArray(built) ? built : [built];
  if (bundle === undefined || !('output' in bundle)) throw new Error('Vite built nothing.');
  return bundle.output[0].code;
}

async function timeInBrowser(
  browser: Browser,
  script: string,
  { image, seen, runs }: RefinementCase,
): Promise<number> {
  const page = await browser.newPage();
  // A worker has to have an origin.
  await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }));
  await page.goto('http://localhost/');
  const base64 = (data: Uint8Array | Uint8ClampedArray) => Buffer.from(data).toString('base64');
  const { width, height } = image;
  const { mask, features } = seen;
  const given = {
    script,
    width,
    height,
    runs,
    image: base64(image.data),
    mask: { ...mask, data: base64(mask.data) },
    features: features && { ...features, data: base64(new Uint8Array(features.data.slice().buffer)) },
  };
  const time = await page.evaluate(async (of) => {
    const worker = new Worker(URL.createObjectURL(new Blob([of.script], { type: 'text/javascript' })), {
      type: 'module',
    });
    const answer = new Promise<number>((resolve, reject) => {
      worker.onmessage = ({ data }: MessageEvent<number>) => resolve(data);
      worker.onerror = ({ message }) => reject(new Error(message));
    });
    worker.postMessage({
      image: {
        width: of.width,
        height: of.height,
        data: new Uint8ClampedArray(Uint8Array.fromBase64(of.image).buffer),
      },
      seen: {
        mask: { ...of.mask, data: Uint8Array.fromBase64(of.mask.data) },
        features: of.features && {
          ...of.features,
          data: new Float32Array(Uint8Array.fromBase64(of.features.data).buffer),
        },
      },
      runs: of.runs,
    });
    return answer;
  }, given);
  await page.close();
  return time;
}

interface Bench {
  readonly report: Report;
  readonly network: Awaited<ReturnType<typeof openNetwork>>;
  readonly inBrowser: (one: RefinementCase) => Promise<number>;
}

export async function benchRefinement(report: Report, { smoke }: BenchSettings): Promise<void> {
  const [script, network] = [await workerScript(), await openNetwork()];
  const browser = await launchChromium();
  const bench = { report, network, inBrowser: (one: RefinementCase) => timeInBrowser(browser, script, one) };
  const [scenes, runs] = smoke ? [1, 1] : [CHOSEN.length, RUNS];
  try {
    for (const megapixels of smoke ? MEGAPIXELS.slice(0, 1) : MEGAPIXELS) {
      await benchSize(bench, megapixels, { chosen: CHOSEN.slice(0, scenes), runs });
    }
    await benchSet(bench, { every: smoke ? SCENES.length : 4, runs });
  } finally {
    await browser.close();
  }
}

async function benchSize(
  { report, network, inBrowser }: Bench,
  megapixels: number,
  { chosen, runs }: { readonly chosen: readonly number[]; readonly runs: number },
): Promise<void> {
  const [here, there]: [number[], number[]] = [[], []];
  for (const index of chosen) {
    const image = await scaled(drawScene(SCENES[index]).image, megapixels);
    const one = { image, seen: await network(image), runs };
    here.push(timeOfRefinement(one) / megapixels);
    there.push((await inBrowser(one)) / megapixels);
  }
  const name = `${String(megapixels)} MP, a megapixel`;
  report.add({ name: `${name}, Node`, unit: 'ms', better: 'less', values: here, must: MUST.node });
  report.add({ name: `${name}, worker`, unit: 'ms', better: 'less', values: there, must: MUST.browser });
  const ratios = there.map((time, at) => time / (here[at] ?? Number.NaN));
  report.add({ name: `${name}, worker / Node`, better: 'less', values: ratios });
}

/** Of scenes of the evaluation's set as they are, each `every`th: all their time over all their pixels. */
async function benchSet(
  { report, network, inBrowser }: Bench,
  { every, runs }: { readonly every: number; readonly runs: number },
): Promise<void> {
  let [here, there, megapixels] = [0, 0, 0];
  for (const scene of SCENES.filter(({ tag }, index) => tag !== 'large' && index % every === 0)) {
    const { image } = drawScene(scene);
    const one = { image, seen: await network(image), runs };
    megapixels += (image.width * image.height) / 1e6;
    here += timeOfRefinement(one);
    there += await inBrowser(one);
  }
  const add = (where: string, time: number, must: number) =>
    report.add({
      name: `the set, a megapixel, ${where}`,
      unit: 'ms',
      better: 'less',
      values: [time / megapixels],
      must,
    });
  add('Node', here, MUST.node);
  add('worker', there, MUST.browser);
}
