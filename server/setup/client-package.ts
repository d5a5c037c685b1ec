/**
 * Builds the publishable package of src/lib/client into dist/client: one ESM file without dependencies, its types
 * with the shapes of the wire written out, and a package.json. Needs the development packages of a checkout.
 */
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'vite';
import { PROJECT_FOLDER } from '../config.ts';
import { VERSION } from '../version.ts';
import { declarationsOf } from './client-types.ts';

const ENTRY = path.join(PROJECT_FOLDER, 'src/lib/client/index.ts');

/** The client as one minified ES module. */
export async function bundleClient(): Promise<string> {
  const result = await build({
    root: PROJECT_FOLDER,
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      target: 'es2023',
      lib: { entry: ENTRY, formats: ['es'] },
      minify: 'oxc',
      reportCompressedSize: false,
    },
  });
  const outputs = (Array.isArray(result) ? result : [result]).flatMap((one) =>
    'output' in one ? one.output : [],
  );
  const chunks = outputs.filter((output) => output.type === 'chunk');
  const [chunk] = chunks;
  if (chunk === undefined || chunks.length > 1 || chunk.imports.length > 0) {
    throw new Error('The client must become one file that imports nothing.');
  }
  return chunk.code;
}

/** @returns the folder that can be published */
export async function buildClientPackage(
  folder: string = path.join(PROJECT_FOLDER, 'dist/client'),
): Promise<string> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'index.js'), await bundleClient());
  for (const [name, text] of declarationsOf(ENTRY)) await writeFile(path.join(folder, name), text);
  await writeFile(path.join(folder, 'package.json'), `${JSON.stringify(manifest(), undefined, 2)}\n`);
  await cp(path.join(PROJECT_FOLDER, 'LICENSE'), path.join(folder, 'LICENSE'));
  await cp(path.join(PROJECT_FOLDER, 'docs/sdk.md'), path.join(folder, 'README.md'));
  return folder;
}

function manifest() {
  return {
    name: 'offcut-client',
    version: VERSION,
    description:
      'A small typed client of the REST contract of Offcut, which removes the background of photos.',
    license: 'MIT',
    type: 'module',
    sideEffects: false,
    exports: { '.': { types: './index.d.ts', default: './index.js' } },
    files: ['index.js', '*.d.ts'],
  };
}

if (import.meta.main) console.log(await buildClientPackage());
