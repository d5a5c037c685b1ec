import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { getRequestListener, RequestError } from '@hono/node-server';
import type { Hono } from 'hono';
import { QueueError } from '#queue/errors.ts';
import { problemResponse } from '#queue/problem.ts';
import type { Config } from '../config.ts';
import type { Logger } from '../log.ts';
import { refuseSocket } from './refuse-socket.ts';
import type { HttpMetrics } from '../metrics/http-metrics.ts';

/** The port cannot be had. The message says why, and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

export interface Listening {
  readonly port: number;
  /** Takes no more connections; resolves when the open ones are done, or after `graceSeconds` by force. */
  close(graceSeconds: number): Promise<void>;
}

/** @throws ListenError */
export async function listen(
  app: Hono,
  config: Config,
  log: Logger,
  metrics: HttpMetrics,
): Promise<Listening> {
  const listener = getRequestListener(app.fetch, {
    overrideGlobalObjects: false,
    errorHandler: (error) => unreadable(error, log),
  });
  const server = createServer(timeouts(config), (incoming, outgoing) => void listener(incoming, outgoing));
  // A silent connection is cut: longer than any answer is waited for, and than the streams' keep-alive.
  server.timeout = (config.syncTimeoutSeconds + 60) * 1000;
  server.maxConnections = config.maxConnections;
  server.on('clientError', refuseSocket);
  metrics.watch(server);
  server.listen(config.port, config.host);
  try {
    await once(server, 'listening');
  } catch (cause) {
    throw cannotListen(cause, config);
  }
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : config.port;
  return { port, close: (graceSeconds) => close(server, graceSeconds) };
}

function timeouts({ uploadSeconds }: Config) {
  return {
    headersTimeout: 30_000,
    // Forms have this limit as well, and say so; what else has a body is cut here.
    requestTimeout: (uploadSeconds + 30) * 1000,
    connectionsCheckingInterval: 5_000,
    keepAliveTimeout: 15_000,
    // Of the URL and all headers together.
    maxHeaderSize: 16 * 1024,
  };
}

/** What is no request that the routes could be asked about, such as an invalid Host header. */
function unreadable(error: unknown, log: Logger): Response {
  if (error instanceof RequestError) {
    const message = `The request cannot be read: ${error.message}.`;
    return problemResponse(new QueueError('request_malformed', message, { cause: error }));
  }
  log.error({ event: 'request_failed', err: error });
  return problemResponse(error);
}

async function close(server: Server, graceSeconds: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const force = setTimeout(() => server.closeAllConnections(), graceSeconds * 1000);
  await closed;
  clearTimeout(force);
}

function cannotListen(cause: unknown, { host, port }: Config): ListenError {
  const where = `${host}:${String(port)}`;
  const { code } = cause as NodeJS.ErrnoException;
  const remedies: Partial<Record<string, string>> = {
    EADDRINUSE: `${where} is in use by another program. Stop that, or choose another port: PORT=${String(port + 1)} npm start`,
    EACCES: `This user may not listen on ${where}. Choose a port from 1024 up: PORT=5000 npm start`,
    EADDRNOTAVAIL: `This machine has no address ${host}. Set HOST to one that it has, such as 127.0.0.1.`,
    ENOTFOUND: `HOST=${host} is no address. Set it to one of this machine, such as 127.0.0.1.`,
  };
  const remedy = remedies[code ?? ''] ?? `The server cannot listen on ${where} (${code ?? String(cause)}).`;
  return new ListenError(remedy, { cause });
}
