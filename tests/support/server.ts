/**
 * The real server as a child process: started on a free port, watched through its log, killed without mercy.
 *
 * Linux and macOS: a whole tree is killed through its process group.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fromRoot } from './run-script.ts';

/** Loading onnxruntime in the runners takes a second or two; ten times that on a machine that is busy. */
const START_SECONDS = 60;
const WAIT_SECONDS = 60;

/** One line of the server's log: JSON on stderr. `event` names what happened, such as `runner_started`. */
export interface LogEntry {
  event?: string;
  [field: string]: unknown;
}

export interface ServerOptions {
  /** Where jobs and blobs live. A new temporary folder, removed with the server, when absent. */
  dataDir?: string;
  /** A free port when absent. */
  port?: number;
  /** Further environment variables. */
  env?: Readonly<Record<string, string>>;
  /** The command and its options. `runner` has no port, and is ready when it says that it works. */
  command?: readonly ['serve' | 'runner', ...string[]];
}

type ServerProcess = ChildProcessByStdio<null, Readable, Readable>;

/**
 * A server under test. Use with `await using`, so that no process survives a failing test:
 *
 *     await using server = await TestServer.start();
 *     const answer = await server.fetch('/health');
 */
export class TestServer implements AsyncDisposable {
  readonly dataDir: string;
  readonly log: LogEntry[] = [];
  #env: Readonly<Record<string, string>>;
  readonly #ownsDataDir: boolean;
  readonly #command: readonly string[];
  readonly #entries = new EventEmitter<{ entry: [LogEntry]; gone: [] }>();
  #port: number;
  #output = '';
  /** The process of each start, oldest first. Each leads a group of its own, which may outlive it. */
  readonly #children: ServerProcess[] = [];

  private constructor(dataDir: string, options: ServerOptions) {
    this.dataDir = dataDir;
    this.#ownsDataDir = options.dataDir === undefined;
    this.#port = options.port ?? 0;
    this.#env = options.env ?? {};
    this.#command = options.command ?? ['serve'];
    this.#entries.setMaxListeners(0);
  }

  /**
   * Starts a server and waits until it listens.
   *
   * @throws {Error} with what the process printed, when it ends or is silent before it is ready
   */
  static async start(options: ServerOptions = {}): Promise<TestServer> {
    const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'offcut-test-')));
    const server = new TestServer(dataDir, options);
    try {
      await server.#launch();
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  /** Such as `http://127.0.0.1:41234`, without a slash at the end. The same after a restart. */
  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Process id of the server itself, not of a runner. */
  get pid(): number {
    return this.#running().pid ?? -1;
  }

  /** Process ids of the runners that are alive, in the order in which they started. */
  get runnerPids(): number[] {
    return this.log
      .filter((entry) => entry.event === 'runner_started')
      .map((entry) => Number(entry['pid']))
      .filter(isAlive);
  }

  /** `fetch` with a path of this server. */
  fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(this.url + path, init);
  }

  /**
   * The next log line of this event. Call it before the action that causes the event and await it after, so that a
   * quick server cannot be missed.
   *
   * @throws {Error} with the log's tail, when the event does not come or the server ends first
   */
  nextLog(event: string, matches: (entry: LogEntry) => boolean = () => true): Promise<LogEntry> {
    return new Promise((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        this.#entries.off('entry', onEntry).off('gone', onGone);
        settle();
      };
      const fail = (why: string) =>
        finish(() => reject(new Error(`${why} while waiting for the event ${event}.\n${this.#tail()}`)));
      const onEntry = (entry: LogEntry) => {
        if (entry.event === event && matches(entry)) finish(() => resolve(entry));
      };
      const onGone = () => fail('The server ended');
      const timer = setTimeout(() => fail(`${WAIT_SECONDS} s passed`), WAIT_SECONDS * 1000);
      this.#entries.on('entry', onEntry).on('gone', onGone);
    });
  }

  /** Asks the server to end (SIGTERM) and waits for it. @returns its exit code, `null` when a signal ended it */
  async stop(): Promise<number | null> {
    const child = this.#running();
    child.kill('SIGTERM');
    await ended(child);
    return child.exitCode;
  }

  /** Kills the server's process alone (SIGKILL), as the out-of-memory killer would. Its runners are orphaned. */
  async kill(): Promise<void> {
    const child = this.#running();
    child.kill('SIGKILL');
    await ended(child);
  }

  /** Kills the server and all of its runners at once (SIGKILL), orphans of earlier starts too, as a power cut would. */
  async killTree(): Promise<void> {
    await Promise.all(this.#children.map(killGroup));
  }

  /**
   * Starts again on the same data and the same port, after {@link stop}, {@link kill} or {@link killTree}. Orphaned
   * runners are left alone: to get along with them is the server's business.
   *
   * @param env in place of the former variables
   */
  async restart(env: Readonly<Record<string, string>> = this.#env): Promise<void> {
    const child = this.#children.at(-1);
    if (child !== undefined && !hasEnded(child))
      throw new Error('Stop or kill the server before its restart.');
    this.#env = env;
    await this.#launch();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.killTree();
    if (this.#ownsDataDir) await rm(this.dataDir, { recursive: true, force: true, maxRetries: 5 });
  }

  async #launch(): Promise<void> {
    const child = spawn(process.execPath, ['server/bin/offcut.js', ...this.#command], {
      cwd: fromRoot('.'),
      // A group of its own, so that the whole tree can be killed at once.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        HOST: '127.0.0.1',
        PORT: String(this.#port),
        OFFCUT_DATA_DIR: this.dataDir,
        OFFCUT_LOG: 'json',
        ...this.#env,
      },
    });
    this.#children.push(child);
    const killOnExit = () => signalGroup(child);
    process.once('exit', killOnExit);
    // Unlike `exit`, `close` waits for the last line of the log, and so for orphans that still write to it.
    child.once('close', () => {
      process.off('exit', killOnExit);
      this.#entries.emit('gone');
    });
    this.#readLog(child);
    this.#port = await this.#readiness(child);
  }

  #readLog(child: ServerProcess): void {
    createInterface({ input: child.stderr }).on('line', (line) => {
      this.#output += `${line}\n`;
      const entry = parseEntry(line);
      if (entry === undefined) return;
      this.log.push(entry);
      this.#entries.emit('entry', entry);
    });
  }

  /** Resolves with the port once the process says that it listens. */
  #readiness(child: ServerProcess): Promise<number> {
    return new Promise((resolve, reject) => {
      const fail = (why: string) => {
        clearTimeout(timer);
        // Its orphans would hold the log open; when they are gone too, it is complete.
        void killGroup(child).then(() => reject(new Error(`${why} before it was ready.\n${this.#tail()}`)));
      };
      const timer = setTimeout(
        () => fail(`The server was silent for ${START_SECONDS} s`),
        START_SECONDS * 1000,
      );
      const onExit = () => fail(`The server ended (${child.signalCode ?? child.exitCode})`);
      child.once('exit', onExit);
      createInterface({ input: child.stdout }).on('line', (line) => {
        this.#output += `${line}\n`;
        const port = /Offcut is ready at http:\/\/[^ ]*:(\d+)/.exec(line)?.[1];
        if (port === undefined && !line.startsWith('Offcut works on the queue')) return;
        clearTimeout(timer);
        child.off('exit', onExit);
        resolve(Number(port ?? this.#port));
      });
    });
  }

  #running(): ServerProcess {
    const child = this.#children.at(-1);
    if (child === undefined || hasEnded(child)) throw new Error('The server is not running.');
    return child;
  }

  #tail(): string {
    return `The last that it printed:\n${this.#output.split('\n').slice(-40).join('\n')}`;
  }
}

function parseEntry(line: string): LogEntry | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as LogEntry) : undefined;
  } catch {
    return undefined;
  }
}

const hasEnded = (child: ServerProcess) => child.exitCode !== null || child.signalCode !== null;

async function ended(child: ServerProcess): Promise<void> {
  if (!hasEnded(child)) await once(child, 'exit');
}

/** A group outlives its leader: orphaned runners are reached even after the server itself has died. */
function signalGroup(child: ServerProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Kills a group and waits until its last process is gone. */
async function killGroup(child: ServerProcess): Promise<void> {
  // Both streams end only when nobody is left to write to them.
  if (child.stdout.closed && child.stderr.closed && hasEnded(child)) return;
  const closed = once(child, 'close');
  signalGroup(child);
  await closed;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return !isZombie(pid);
}

/** A killed orphan stays in Linux's table of processes until its new parent asks for it, which in a container may be never. */
function isZombie(pid: number): boolean {
  try {
    return /^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
