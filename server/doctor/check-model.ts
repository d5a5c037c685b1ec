import sharp from 'sharp';
import { readOptions } from '#matting/options.ts';
import { DEFAULT_MODEL } from '#models/registry.ts';
import { jobOptions } from '#queue/options.ts';
import type { Config } from '../config.ts';
import { createSharpCodec } from '../matting/codec.ts';
import { createOnnxRuntime } from '../matting/runtime.ts';
import { fileFault, howToGet, weightsPath } from '../matting/weights.ts';
import { MattingPool } from '../runner/matting-pool.ts';
import { fail, ok, warn, type Check } from './finding.ts';

/** A photo of a phone takes longer than this only where something is badly wrong. */
const SLOW_SECONDS = 5;

/** The whole way of an image, as a runner goes it. */
export const model: Check = {
  name: 'model',
  async run({ threads, maxPixels }: Config) {
    const file = weightsPath(DEFAULT_MODEL);
    const fault = await fileFault(DEFAULT_MODEL, file);
    if (fault !== undefined) {
      return fail(`${file} ${fault}`, `To get it, ${howToGet(DEFAULT_MODEL)}; \`offcut serve\` does so too.`);
    }
    const seconds = { load: 0 };
    const pool = new MattingPool({
      codec: createSharpCodec(),
      runtime: createOnnxRuntime({ threads }),
      maxPixels,
      onLoaded: (_, took) => (seconds.load = took),
    });
    const matting = await pool.get(DEFAULT_MODEL.id);
    const image = await drawing();
    const began = performance.now();
    await matting.matte(image, readOptions(jobOptions.parse({})), { signal: new AbortController().signal });
    const took = (performance.now() - began) / 1000;
    const detail = `${DEFAULT_MODEL.id} is whole, loads in ${seconds.load.toFixed(1)} s and cuts out 1 megapixel in ${took.toFixed(2)} s`;
    if (took < SLOW_SECONDS) return ok(detail);
    return warn(detail, 'Give the machine more cores, or see docs/tuning.md.');
  },
};

async function drawing(): Promise<Blob> {
  const circle = '<svg width="1200" height="850"><circle cx="600" cy="425" r="300" fill="#c33"/></svg>';
  const bytes = await sharp(Buffer.from(circle)).flatten({ background: '#dde' }).jpeg().toBuffer();
  return new Blob([new Uint8Array(bytes)], { type: 'image/jpeg' });
}
