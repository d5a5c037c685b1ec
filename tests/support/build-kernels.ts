/**
 * Compiles src/lib/matting/simd/kernels.wat into the module beside it that the project loads.
 *
 *     node tests/support/build-kernels.ts
 */
import { readFile, writeFile } from 'node:fs/promises';
import wabt from 'wabt';
import { fromRoot } from './run-script.ts';

const SOURCE = fromRoot('src/lib/matting/simd/kernels.wat');
const TARGET = fromRoot('src/lib/matting/simd/kernels-wasm.ts');

/** @throws {Error} with the place in the file, when it is wrong */
export async function compiledKernels(): Promise<string> {
  const tools = await wabt();
  const module = tools.parseWat('kernels.wat', await readFile(SOURCE, 'utf8'), { simd: true });
  module.validate();
  const { buffer } = module.toBinary({});
  module.destroy();
  return Buffer.from(buffer).toString('base64');
}

if (import.meta.main) {
  const lines = (await compiledKernels()).match(/.{1,100}/g) ?? [];
  const text = lines.map((line) => `  '${line}'`).join(' +\n');
  const header = '/** Made of kernels.wat by `node tests/support/build-kernels.ts`. Base64. */';
  await writeFile(TARGET, `${header}\nexport const KERNELS_WASM =\n${text};\n`);
}
