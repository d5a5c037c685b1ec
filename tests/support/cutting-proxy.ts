/** A connection to a database that breaks at the worst moment: while a transaction commits. */
import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/** `before`: the server never gets the COMMIT. `after`: it does, and nobody gets its answer. */
export type Cut = 'before' | 'after';

export class CuttingProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #armed: Cut | undefined;
  /** How often it has cut. */
  cuts = 0;

  private constructor(target: URL) {
    this.#server = createServer((client) => this.#relay(client, target));
  }

  static async start(target: string): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(new URL(target));
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** The target's URL, through this proxy. */
  through(target: string): string {
    const url = new URL(target);
    url.port = String((this.#server.address() as AddressInfo).port);
    return url.href;
  }

  /** Cuts the next connection on which a COMMIT goes by, once. */
  arm(cut: Cut): void {
    this.#armed = cut;
  }

  #relay(client: Socket, { hostname, port }: URL): void {
    const server = connect(Number(port), hostname);
    let silent = false;
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    client.on('data', (bytes: Buffer) => {
      const cut = bytes.includes('COMMIT') ? this.#armed : undefined;
      if (cut !== undefined) {
        this.#armed = undefined;
        this.cuts += 1;
        silent = true;
      }
      if (cut === 'before') client.destroy();
      else server.write(bytes);
    });
    server.on('data', (bytes: Buffer) => {
      // The answer is here, so it has been done.
      if (silent) client.destroy();
      else client.write(bytes);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }
}
