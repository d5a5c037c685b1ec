import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

export interface WeightsServer extends AsyncDisposable {
  /** Such as `http://127.0.0.1:41234`. */
  readonly url: string;
  /** What was asked for: `/path`, or `/path from 100`. */
  readonly asked: string[];
}

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A real HTTP server on the loopback address, whose answers the test writes, one a path. */
export async function serveWeights(answers: Record<string, Answer>): Promise<WeightsServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = URL.parse(request.url ?? '', 'http://any')?.pathname ?? '';
    const from = fromOf(request);
    asked.push(from === 0 ? path : `${path} from ${from}`);
    const answer = answers[path];
    if (answer === undefined) response.writeHead(404).end();
    else answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

export function fromOf({ headers }: IncomingMessage): number {
  return Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
}

/** All of it, or from where a range begins. */
export function whole(bytes: Uint8Array): Answer {
  return (request, response) => {
    const from = fromOf(request);
    response.writeHead(from === 0 ? 200 : 206, {
      'content-length': bytes.length - from,
      'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
    });
    response.end(bytes.subarray(from));
  };
}

/** Sends `count` bytes a request and then stalls, until `cut` breaks the connection. */
export function stalling(bytes: Uint8Array, count: number): { answer: Answer; cut: () => void } {
  let open: ServerResponse | undefined;
  return {
    cut: () => open?.destroy(),
    answer(request, response) {
      const from = fromOf(request);
      response.writeHead(from === 0 ? 200 : 206, {
        'content-length': bytes.length - from,
        'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}`,
      });
      open = response;
      if (from + count >= bytes.length) response.end(bytes.subarray(from));
      else response.write(bytes.subarray(from, from + count));
    },
  };
}
