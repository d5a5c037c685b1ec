/**
 * Compiles the inner loops that are written in WebAssembly's text format into the modules that the project loads.
 *
 *     node tests/support/build-kernels.ts
 */
import { readFile, writeFile } from 'node:fs/promises';
import wabt from 'wabt';
import { fromRoot } from './run-script.ts';

const IMAGES = 'src/lib/matting/simd/kernels';
const NETWORK = 'src/lib/matting/network/kernels';

type Madd = (sum: string, a: string, b: string) => string;
const twoSteps: Madd = (sum, a, b) => `(f32x4.add ${sum} (f32x4.mul ${a} ${b}))`;
const atOnce: Madd = (sum, a, b) => `(f32x4.relaxed_madd ${a} ${b} ${sum})`;

/** By the names under which they are exported. @throws {Error} with the place in the file, when it is wrong */
export async function compiledKernels(): Promise<Readonly<Record<string, Readonly<Record<string, string>>>>> {
  const images = await readFile(fromRoot(`${IMAGES}.wat`), 'utf8');
  const network = await readFile(fromRoot(`${NETWORK}.wat`), 'utf8');
  return {
    [IMAGES]: { KERNELS_WASM: await compiled(images) },
    [NETWORK]: {
      PLAIN_WASM: await compiled(withMadd(network, twoSteps)),
      RELAXED_WASM: await compiled(withMadd(network, atOnce)),
    },
  };
}

/** `madd($sum, $a, $b)`, and `maddAt($sum, $address, $b)` for the number at an address. */
function withMadd(text: string, madd: Madd): string {
  const local = (name: string) => `(local.get ${name})`;
  return text
    .replaceAll(/madd\((\$\w+), (\$\w+), (\$\w+)\)/g, (_, sum: string, a: string, b: string) =>
      madd(local(sum), local(a), local(b)),
    )
    .replaceAll(/maddAt\((\$\w+), (\$\w+), (\$\w+)\)/g, (_, sum: string, at: string, b: string) =>
      madd(local(sum), `(v128.load ${local(at)})`, local(b)),
    );
}

async function compiled(text: string): Promise<string> {
  const tools = await wabt();
  const features = { simd: true, threads: true, relaxed_simd: true };
  const module = tools.parseWat('kernels.wat', text, features);
  // Its types leave the parameter out.
  const checked: { validate(features: object): void } = module;
  checked.validate(features);
  const { buffer } = module.toBinary({});
  module.destroy();
  return Buffer.from(buffer).toString('base64');
}

if (import.meta.main) {
  for (const [path, modules] of Object.entries(await compiledKernels())) {
    const header = '/** Made of kernels.wat by `node tests/support/build-kernels.ts`. Base64. */';
    const texts = Object.entries(modules).map(([name, base64]) => {
      const lines = (base64.match(/.{1,100}/g) ?? []).map((line) => `  '${line}'`).join(' +\n');
      return `${header}\nexport const ${name} =\n${lines};\n`;
    });
    await writeFile(fromRoot(`${path}-wasm.ts`), texts.join('\n'));
  }
}
