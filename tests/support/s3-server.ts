/**
 * A real S3 server for the tests: the Versity S3 Gateway over a temporary folder. Found, or built once by Go into
 * `node_modules/.cache`; a machine with neither has none, and says so.
 */
import { execFile, spawn, spawnSync, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { parseS3Address, type S3Address } from '../../server/blobs/s3/address.ts';
import { fromRoot } from './run-script.ts';

const VERSION = 'v1.8.0';
const PACKAGE = `github.com/versity/versitygw/cmd/versitygw@${VERSION}`;
/** Over a minute on two cores, the first time. */
const BUILD_SECONDS = 400;
const KEYS = { AWS_ACCESS_KEY_ID: 'offcut-tests', AWS_SECRET_ACCESS_KEY: 'offcut-tests-secret' };

const built = fromRoot(`node_modules/.cache/versitygw/${VERSION}/versitygw`);

/** Why there can be no S3 server here; `undefined` when there can. In CI there must be one. */
export function whyNoS3Server(): string | undefined {
  if (process.env['CI'] !== undefined || process.env['VERSITYGW_PATH'] || existsSync(built)) return undefined;
  if (spawnSync('go', ['version']).status === 0) return undefined;
  return 'The S3 server of these tests is built by Go, which is not here: install it, or set VERSITYGW_PATH.';
}

/** The server's program, built first when it is not there. @throws {Error} that says what to do */
export async function ensureS3Server(): Promise<string> {
  const given = process.env['VERSITYGW_PATH'];
  if (given) return given;
  if (existsSync(built)) return built;
  // Built aside and moved, so that a build that is broken off is not taken for a program.
  const folder = await mkdtemp(join(tmpdir(), 'offcut-versitygw-'));
  try {
    const env = { ...process.env, GOBIN: folder, GOFLAGS: '-buildvcs=false' };
    await promisify(execFile)('go', ['install', PACKAGE], { env, timeout: BUILD_SECONDS * 1000 });
    await mkdir(join(built, '..'), { recursive: true });
    await promisify(execFile)('mv', [join(folder, 'versitygw'), `${built}.${String(process.pid)}`]);
    await rename(`${built}.${String(process.pid)}`, built);
  } catch (cause) {
    throw new Error(
      `go install ${PACKAGE} failed. Is Go there, and its module proxy reachable? Or set VERSITYGW_PATH.`,
      {
        cause,
      },
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return built;
}

/** Use with `await using`. */
export class S3Server implements AsyncDisposable {
  readonly url: string;
  readonly #folder: string;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  #buckets = 0;

  private constructor(url: string, folder: string, child: ChildProcessByStdio<null, Readable, Readable>) {
    this.url = url;
    this.#folder = folder;
    this.#child = child;
  }

  /** Starts one on a free port. */
  static async start(): Promise<S3Server> {
    const program = await ensureS3Server();
    const folder = await mkdtemp(join(tmpdir(), 'offcut-s3-'));
    await Promise.all(['data', 'meta'].map((name) => mkdir(join(folder, name))));
    const port = await freePort();
    const child = spawn(
      program,
      // Its usual place for metadata is extended attributes, which not every temporary folder can have.
      [
        '--port',
        `127.0.0.1:${String(port)}`,
        'posix',
        '--sidecar',
        join(folder, 'meta'),
        join(folder, 'data'),
      ],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          ...process.env,
          ROOT_ACCESS_KEY: KEYS.AWS_ACCESS_KEY_ID,
          ROOT_SECRET_KEY: KEYS.AWS_SECRET_ACCESS_KEY,
        },
      },
    );
    child.stderr.resume();
    const killOnExit = () => child.kill('SIGKILL');
    process.once('exit', killOnExit);
    child.once('exit', () => process.off('exit', killOnExit));
    const server = new S3Server(`http://127.0.0.1:${String(port)}`, folder, child);
    const ended = once(child, 'exit').then(() => {
      throw new Error(`The S3 server ended (${String(child.exitCode)}) before it listened.`);
    });
    // It names its address, and logs every request later, which must be read away.
    const listens = new Promise<void>((resolve) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line.includes(server.url)) resolve();
      });
    });
    await Promise.race([listens, ended]);
    ended.catch(() => undefined);
    return server;
  }

  /** What a server under test needs in its environment, besides `BLOBS`. */
  get environment(): Readonly<Record<string, string>> {
    return KEYS;
  }

  client(): S3Client {
    const [accessKeyId, secretAccessKey] = [KEYS.AWS_ACCESS_KEY_ID, KEYS.AWS_SECRET_ACCESS_KEY];
    return new S3Client({
      region: 'us-east-1',
      endpoint: this.url,
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
    });
  }

  /** Makes an empty bucket. @returns its address as text, for `BLOBS`, and as the server reads it */
  async newBucket(prefix = ''): Promise<{ text: string; address: S3Address }> {
    this.#buckets += 1;
    const bucket = `bucket-${String(this.#buckets)}`;
    await this.client().send(new CreateBucketCommand({ Bucket: bucket }));
    const text = `s3://${bucket}/${prefix}?endpoint=${encodeURIComponent(this.url)}&path-style=1`;
    const address = parseS3Address(text);
    if (typeof address === 'string') throw new Error(`${text} ${address}`);
    return { text, address };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { exitCode, signalCode } = this.#child;
    if (exitCode === null && signalCode === null) {
      this.#child.kill('SIGKILL');
      await once(this.#child, 'exit');
    }
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** It cannot be asked for any free port and say which it took. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
