import { Hono } from 'hono';
import { QueueError } from '#queue/errors.ts';
import { DEFAULT_FORM_LIMITS } from '#queue/form.ts';
import { problemResponse } from '#queue/problem.ts';
import type { Queue } from '#queue/queue.ts';
import { CONTRACT_PATHS, createApp } from '#queue/routes/app.ts';
import type { RoutesHost } from '#queue/routes/host.ts';
import { serviceInformation } from '#queue/routes/service.ts';
import { COMPAT_ENDPOINTS, compatRoutes } from './compat/routes.ts';
import type { Config } from './config.ts';
import { guard } from './http/guard.ts';
import { securityHeaders } from './http/headers.ts';
import { logRequests } from './http/log-requests.ts';
import { pages, wantsPage } from './http/pages.ts';
import { createReadForm } from './http/read-form.ts';
import { weights } from './http/weights.ts';
import type { Logger } from './log.ts';
import { installHint, listModels } from './models/list.ts';
import { VERSION } from './version.ts';

export interface ApiSettings {
  readonly config: Config;
  readonly queue: Queue;
  readonly log: Logger;
  /** Is any runner at work? */
  readonly running: () => boolean;
  readonly closing: AbortSignal;
}

/** All that the server answers: the contract, and the PWA to browsers. */
export function createApi(settings: ApiSettings): Hono {
  const { config, log } = settings;
  const host = routesHost(settings);
  const contract = createApp(host);
  const pwa = pages(config.pagesFolder);
  const app = new Hono();
  app.use(logRequests(log), securityHeaders, guard(config));
  app.get('/', async (context, next) => {
    if (pwa === undefined || !wantsPage(context.req.raw)) {
      const { endpoints, ...service } = serviceInformation(VERSION);
      const all = { ...service, endpoints: { ...endpoints, ...COMPAT_ENDPOINTS } };
      return context.json(all, 200, { vary: 'Accept' });
    }
    await next();
    context.res.headers.append('vary', 'Accept');
    return undefined;
  });
  app.route('/weights', weights());
  app.route('/', compatRoutes(host, config));
  app.get('*', async (context, next) => {
    if (pwa === undefined || CONTRACT_PATHS.test(context.req.path)) return next();
    const found = await pwa.fetch(context.req.raw, context.env);
    return found.status === 404 ? next() : found;
  });
  app.all('*', (context) => contract.fetch(context.req.raw, context.env));
  app.onError((error) => {
    logError(log, error);
    return problemResponse(error);
  });
  return app;
}

function routesHost({ config, queue, log, running, closing }: ApiSettings): RoutesHost {
  return {
    queue,
    version: VERSION,
    readForm: createReadForm(config.maxRequestBytes),
    formLimits: { ...DEFAULT_FORM_LIMITS, maxFileBytes: config.maxFileBytes, maxFiles: config.maxFiles },
    models: listModels,
    installHint,
    modelAliases: config.modelAliases,
    worker: async () => ({ running: running(), maxConcurrent: config.runners * config.concurrency }),
    syncTimeoutSeconds: config.syncTimeoutSeconds,
    closing,
    onError: (error) => logError(log, error),
  };
}

/** A refusal is the client's business, and is in the request's own line. */
function logError(log: Logger, error: unknown): void {
  if (error instanceof QueueError && error.status < 500) return;
  log.error({ event: 'request_failed', err: error });
}
