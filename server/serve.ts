import { createApi } from './api.ts';
import type { Config } from './config.ts';
import { listen } from './http/listen.ts';
import type { Logger } from './log.ts';
import { checkAliases } from './models/list.ts';
import { startRetention } from './retention.ts';
import { Supervisor } from './runner/supervisor.ts';
import { openQueue } from './storage.ts';

export interface RunningServer {
  /** The one that it really listens on. */
  readonly port: number;
  /** Finishes or gives back what is in hand, and ends every connection. */
  stop(): Promise<void>;
}

/**
 * The composition root: storage, runners, retention and HTTP, started in that order, so that what is answered can be
 * worked on, and stopped the other way round.
 *
 * @throws ConfigError, ListenError
 */
export async function serve(config: Config, log: Logger): Promise<RunningServer> {
  await checkAliases(config.modelAliases);
  const queue = await openQueue(config);
  const supervisor = new Supervisor({ queue, config, log });
  const closing = new AbortController();
  const running = () => supervisor.running;
  const api = createApi({ config, queue, log, running, closing: closing.signal });
  // Before the runners: a port in use is found out at once.
  const http = await listen(api, config, log);
  await supervisor.start();
  const stopRetention = startRetention(queue, log);

  async function stop(): Promise<void> {
    log.info({ event: 'server_stopping' });
    closing.abort();
    await Promise.all([http.close(config.shutdownSeconds), supervisor.stop(), stopRetention()]);
    await queue.store.close();
    log.info({ event: 'server_stopped' });
  }
  return { port: http.port, stop };
}
