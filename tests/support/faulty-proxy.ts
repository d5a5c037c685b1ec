import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What becomes of the next requests: `undefined` passes one on; `lost-answer` too, and nobody hears of it. */
export type Fault = 'unavailable' | 'cut' | 'cut-answer' | 'lost-answer' | undefined;

/** Stands before a server and does to requests what networks and busy servers do. Use with `await using`. */
export class FaultyProxy implements AsyncDisposable {
  /** Asked for each request; what it answers happens. */
  fault: (method: string, path: string) => Fault = () => undefined;
  readonly seen: string[] = [];
  readonly #server: Server;
  readonly #target: URL;

  private constructor(server: Server, target: URL) {
    this.#server = server;
    this.#target = target;
    server.on('request', (incoming, outgoing) => this.#answer(incoming, outgoing));
  }

  static async before(target: string): Promise<FaultyProxy> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FaultyProxy(server, new URL(target));
  }

  get url(): string {
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  #answer(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { method = '', url = '' } = incoming;
    this.seen.push(`${method} ${url}`);
    const fault = this.fault(method, url);
    if (fault === 'cut') return void incoming.socket.destroy();
    if (fault === 'unavailable') {
      incoming.resume();
      return void outgoing.writeHead(503).end('<Error><Code>SlowDown</Code></Error>');
    }
    const { hostname, port } = this.#target;
    // The signature is over the Host header: it goes on as it came.
    const onward = request({ hostname, port, method, path: url, headers: incoming.headers }, (answer) => {
      if (fault === 'lost-answer') return void outgoing.destroy();
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      if (fault === 'cut-answer') {
        answer.once('data', (chunk: Buffer) =>
          outgoing.write(chunk.subarray(0, 1000), () => outgoing.destroy()),
        );
        return;
      }
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
