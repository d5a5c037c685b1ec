import { execFile, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { FormFile } from '../contract/api-photos.ts';

/** AGPL-3.0: nothing of it is part of this project. */
const PACKAGE = '@imgly/background-removal-node';
const VERSION = '1.4.5';
/** The sharp that it names has its binary fetched by a script; this one comes as a package. */
const MANIFEST = {
  private: true,
  dependencies: { [PACKAGE]: VERSION, sharp: '^0.35.5' },
  overrides: { sharp: '$sharp' },
};
const ENTRY = fileURLToPath(new URL('./node-peer-child.ts', import.meta.url));

const cacheFolder = () =>
  path.join(process.env['XDG_CACHE_HOME'] || path.join(homedir(), '.cache'), 'offcut-bench');

async function installed(): Promise<string> {
  const folder = path.join(cacheFolder(), `imgly-${VERSION}`);
  const main = path.join(folder, 'node_modules', PACKAGE, 'package.json');
  const isThere = await access(main).then(
    () => true,
    () => false,
  );
  if (isThere) return folder;
  console.log(`  installing ${PACKAGE}@${VERSION} (AGPL-3.0, 200 MB) into ${folder}`);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(MANIFEST));
  const options = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', folder];
  await promisify(execFile)('npm', options, { cwd: folder });
  return folder;
}

/** The Node package in a process of its own, one image after another, as its API has it. */
export class NodePeer implements AsyncDisposable {
  readonly name = `${PACKAGE} ${VERSION}`;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Installs it first when it is not there. */
  static async start(): Promise<NodePeer> {
    const folder = await installed();
    // It looks for its weights below the working directory.
    const child = fork(ENTRY, [folder], {
      cwd: folder,
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    await once(child, 'message');
    return new NodePeer(child);
  }

  async rate(files: readonly FormFile[]): Promise<number> {
    this.#child.send(files.map(({ type, bytes }) => ({ type, bytes })));
    const [{ seconds, error }] = (await once(this.#child, 'message')) as [
      { seconds: number; error?: string },
    ];
    if (error !== undefined) throw new Error(`${this.name} failed: ${error}`);
    return files.length / seconds;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.kill();
    await gone;
  }
}
