/** The examples of docs/examples, each run as its first lines say, by the tool of its language. */
import { execFile, spawnSync } from 'node:child_process';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildClientPackage } from '../../server/setup/client-package.ts';
import { photo } from '../contract/api-photos.ts';
import { fromRoot } from '../support/run-script.ts';
import { TestServer } from '../support/server.ts';

const run = promisify(execFile);
const example = (name: string) => fromRoot(join('docs/examples', name));

let server: TestServer;
let folder: string;
const images = ['portrait.jpg', 'furball.jpg'];

beforeAll(async () => {
  server = await TestServer.start();
  folder = await mkdtemp(join(tmpdir(), 'offcut-test-examples-'));
  await writeFile(join(folder, 'portrait.jpg'), (await photo('portrait')).bytes);
  await writeFile(join(folder, 'furball.jpg'), (await photo('furball')).bytes);
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function cutouts(name: string): Promise<string[]> {
  const made = (await readdir(join(folder, name))).sort();
  for (const file of made) {
    const { format, hasAlpha } = await sharp(join(folder, name, file)).metadata();
    expect({ format, hasAlpha }, file).toEqual({ format: 'png', hasAlpha: true });
  }
  return made;
}

/** A tool that this machine lacks is no fault of the example. */
function needs(tool: string, args: string[]): string | undefined {
  return spawnSync(tool, args).status === 0 ? undefined : `${tool} is not installed here`;
}

/** Go compiles its library the first time, which takes a minute on a busy machine. */
const TIMEOUT = 300_000;

function exampleTest(name: string, missing: string | undefined, work: () => Promise<void>): void {
  test(name, { timeout: TIMEOUT }, async (context) => {
    context.skip(missing !== undefined, missing);
    await work();
  });
}

exampleTest('TypeScript, with the client as it is published', undefined, async () => {
  await buildClientPackage(join(folder, 'node_modules/offcut-client'));
  await copyFile(example('remove-background.ts'), join(folder, 'remove-background.ts'));
  const args = ['remove-background.ts', server.url, 'typescript', ...images];
  const { stdout } = await run(process.execPath, args, { cwd: folder });
  expect(stdout).toMatch(/completed: 2 of 2\n$/);
  expect(await cutouts('typescript')).toEqual(['furball.png', 'portrait.png']);
});

test('the types of the published client compile without this repository', async () => {
  const client = await buildClientPackage(join(folder, 'node_modules/offcut-client'));
  const text = `import { createClient, OffcutError, type JobWire } from 'offcut-client';
    export async function main(): Promise<JobWire['status']> {
      const offcut = createClient({ baseUrl: 'http://127.0.0.1:5000' });
      const { job_id } = await offcut.submit(new Blob([]), { format: 'webp', signal: AbortSignal.timeout(1) });
      // @ts-expect-error -- there is no such format
      await offcut.submit(new Blob([]), { format: 'bmp' });
      for await (const { progress } of offcut.watch(job_id)) progress.total.toFixed();
      return (await offcut.wait(job_id)).status;
    }
    export const status = (error: OffcutError): number => error.status;`;
  await writeFile(join(folder, 'consumer.ts'), text);
  const tsc = fromRoot('node_modules/typescript/bin/tsc');
  const flags = [
    '--noEmit',
    '--strict',
    '--ignoreConfig',
    '--module',
    'nodenext',
    '--target',
    'es2024',
    '--lib',
    'es2024,dom',
  ];
  await run(process.execPath, [tsc, ...flags, 'consumer.ts'], { cwd: folder });
  expect(await readdir(client)).toContain('package.json');
});

exampleTest('curl', needs('curl', ['--version']), async () => {
  const args = [example('remove-background.sh'), server.url, 'cutouts.zip', ...images];
  const { stdout } = await run('sh', args, { cwd: folder });
  expect(stdout).toMatch(/completed\n$/);
  const zip = (await readFile(join(folder, 'cutouts.zip'))).toString('latin1');
  for (const name of ['portrait.png', 'furball.png']) expect(zip).toContain(name);
});

exampleTest('Python', needs('python3', ['--version']), async () => {
  const args = [example('remove_background.py'), server.url, 'python', ...images];
  const { stdout } = await run('python3', args, { cwd: folder });
  expect(stdout).toMatch(/completed: 2 of 2\n$/);
  expect(await cutouts('python')).toEqual(['furball.png', 'portrait.png']);
});

exampleTest('Go', needs('go', ['version']), async () => {
  const args = ['run', example('remove_background.go'), server.url, 'go', ...images];
  const { stdout } = await run('go', args, { cwd: folder });
  expect(stdout).toMatch(/completed: 2 of 2\n$/);
  expect(await cutouts('go')).toEqual(['furball.png', 'portrait.png']);
});
