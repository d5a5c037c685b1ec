import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TestPostgres, type PostgresOptions } from './postgres.ts';
import { TestServer, type ServerOptions } from './server.ts';

/**
 * Machines that share a database and a folder of images, as far as one machine can play them: servers and runners as
 * processes of their own, each with a data folder of its own. Use with `await using`.
 */
export class TestCluster implements AsyncDisposable {
  readonly postgres: TestPostgres;
  readonly databaseUrl: string;
  readonly #blobs: string;
  readonly #processes: TestServer[] = [];

  private constructor(postgres: TestPostgres, databaseUrl: string, blobs: string) {
    this.postgres = postgres;
    this.databaseUrl = databaseUrl;
    this.#blobs = blobs;
  }

  static async start(options: PostgresOptions = {}): Promise<TestCluster> {
    const postgres = await TestPostgres.start(options);
    const blobs = await mkdtemp(path.join(tmpdir(), 'offcut-blobs-'));
    return new TestCluster(postgres, await postgres.newDatabase(), blobs);
  }

  /** A server with runners of its own. */
  server(options: ServerOptions = {}): Promise<TestServer> {
    return this.#launch({ command: ['serve'], ...options });
  }

  /** A server that only accepts jobs. */
  api(options: ServerOptions = {}): Promise<TestServer> {
    return this.#launch({ command: ['serve', '--no-runner'], ...options });
  }

  /** Runners without a server; ask it for its log and process ids only. */
  runner(options: ServerOptions = {}): Promise<TestServer> {
    return this.#launch({ command: ['runner', '--runners', '1'], ...options });
  }

  async #launch({ env, ...options }: ServerOptions): Promise<TestServer> {
    const shared = { DATABASE_URL: this.databaseUrl, BLOBS: `file://${this.#blobs}` };
    const started = await TestServer.start({ ...options, env: { ...shared, ...env } });
    this.#processes.push(started);
    return started;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#processes.map((started) => started[Symbol.asyncDispose]()));
    await this.postgres[Symbol.asyncDispose]();
    await rm(this.#blobs, { recursive: true, force: true });
  }
}
