import { Hono } from 'hono';
import { QueueError } from '#queue/errors.ts';
import { LOCAL_TENANT } from '#queue/job.ts';
import { DEFAULT_FORM_LIMITS } from '#queue/form.ts';
import { problemResponse } from '#queue/problem.ts';
import type { Queue } from '#queue/queue.ts';
import { CONTRACT_PATHS, createApp } from '#queue/routes/app.ts';
import type { RoutesHost } from '#queue/routes/host.ts';
import { serviceInformation } from '#queue/routes/service.ts';
import { Access } from './access/access.ts';
import { createGate, type Gate } from './access/gate.ts';
import type { KeyStore } from './access/key-store.ts';
import { KnownKeys } from './access/known-keys.ts';
import type { RateLimits } from './access/rate-limits.ts';
import { COMPAT_ENDPOINTS, COMPAT_PATHS, compatRoutes, refusalOf } from './compat/routes.ts';
import type { Config } from './config.ts';
import { allowOrigins } from './http/cors.ts';
import { keepIncoming } from './http/body-reader.ts';
import { guard } from './http/guard.ts';
import { securityHeaders } from './http/headers.ts';
import { limitStreams } from './http/limit-streams.ts';
import { limitUrl } from './http/limit-url.ts';
import { logRequests } from './http/log-requests.ts';
import { metricsRoute } from './http/metrics-route.ts';
import { observeRequests } from './http/observe-requests.ts';
import { pages, wantsPage } from './http/pages.ts';
import { bodyLimits, createReadForm, type BodyLimits } from './http/read-form.ts';
import { readyRoute } from './http/ready-route.ts';
import { routePatterns } from './http/route-patterns.ts';
import { weights } from './http/weights.ts';
import { admitEarly, admitWithin } from './limits/admission.ts';
import { headroomOf } from './limits/headroom.ts';
import type { Logger } from './log.ts';
import type { Metrics } from './metrics/metrics.ts';
import { installHint, listModels } from './models/list.ts';
import { docs, DOCS_ENDPOINTS } from './openapi/routes.ts';
import type { Missing } from './readiness.ts';
import { traceRequests } from './tracing/trace-requests.ts';
import type { RunnerRegistry } from './runner/registry.ts';
import { UPLOAD_ENDPOINTS, uploadRoutes } from './uploads/routes.ts';
import type { Uploads } from './uploads/uploads.ts';
import { VERSION } from './version.ts';
import { acceptWebhooks } from './webhooks/accept.ts';

export interface ApiSettings {
  readonly config: Config;
  readonly queue: Queue;
  readonly keys: KeyStore;
  readonly uploads: Uploads;
  readonly rates: RateLimits;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** What this process lacks to be sent requests; empty when ready. */
  readonly missing: () => Promise<readonly Missing[]>;
  /** Who works on the queue, wherever it is. */
  readonly runners: Pick<RunnerRegistry, 'total'>;
  readonly closing: AbortSignal;
}

/** All that the server answers: the contract, and the PWA to browsers. */
export function createApi(settings: ApiSettings): Hono {
  const { config, log, metrics } = settings;
  const gate = gateOf(settings);
  const host = routesHost(settings, gate);
  const contract = createApp(host);
  const pwa = pages(config.pagesFolder);
  const app = new Hono();
  const routeOf = routePatterns(() => [contract, app]);
  app.use(
    observeRequests(metrics.http, routeOf),
    traceRequests(routeOf),
    logRequests(log),
    securityHeaders(config),
  );
  app.use(allowOrigins(config.corsOrigins));
  // Probes address the machine by whatever name they have for it, and have no key.
  app.get('/health', (context) => contract.fetch(context.req.raw, context.env));
  app.route('/', readyRoute(settings.missing));
  app.use(guard(config), limitUrl, keepIncoming);
  app.route('/', metricsRoute(metrics, config));
  app.get('/', async (context, next) => {
    if (pwa === undefined || !wantsPage(context.req.raw)) {
      const { endpoints, ...service } = serviceInformation(VERSION);
      const all = {
        ...service,
        endpoints: { ...endpoints, ...UPLOAD_ENDPOINTS, ...COMPAT_ENDPOINTS, ...DOCS_ENDPOINTS },
      };
      return context.json(all, 200, { vary: 'Accept' });
    }
    await next();
    context.res.headers.append('vary', 'Accept');
    return undefined;
  });
  app.route('/weights', weights());
  app.route('/', docs(VERSION));
  app.get('*', async (context, next) => {
    const { path } = context.req;
    if (pwa === undefined || CONTRACT_PATHS.test(path) || COMPAT_PATHS.test(path)) return next();
    const found = await pwa.fetch(context.req.raw, context.env);
    return found.status === 404 ? next() : found;
  });
  // What is mounted from here on needs a key, whatever it is.
  app.use(gate.middleware, limitStreams(config.maxStreams, tenantOr(gate)));
  const { uploads } = settings;
  app.route('/', uploadRoutes({ uploads, clientOf: gate.clientOf, maxFileBytes: config.maxFileBytes }));
  app.route('/', compatRoutes(host, config, bodyLimitsOf(settings)));
  app.all('*', (context) => contract.fetch(context.req.raw, context.env));
  app.onError((error, context) => {
    logError(log, error);
    return refusalOf(context.req.path, error) ?? problemResponse(error);
  });
  return app;
}

export function gateOf({ config, queue, keys, rates, log }: ApiSettings): Gate {
  const admit = admitWithin(config);
  const known = new KnownKeys(keys, queue.now);
  return createGate(new Access({ config, queue, keys: known, rates, admit, log }));
}

export function routesHost(settings: ApiSettings, gate: Gate): RoutesHost {
  const { config, queue, log, runners, closing } = settings;
  const acceptWebhook = acceptWebhooks(config);
  return {
    queue,
    clientOf: gate.clientOf,
    uploads: settings.uploads,
    requireOperator: gate.requireOperator,
    acceptWebhook: (url, request) => acceptWebhook(url, gate.clientOf(request).tenant),
    version: VERSION,
    readForm: createReadForm(bodyLimitsOf({ config, queue })),
    formLimits: { ...DEFAULT_FORM_LIMITS, maxFileBytes: config.maxFileBytes, maxFiles: config.maxFiles },
    models: listModels,
    installHint,
    modelAliases: config.modelAliases,
    worker: async () => {
      const { runners: count, concurrency } = await runners.total();
      return { running: count > 0, maxConcurrent: concurrency };
    },
    syncTimeoutSeconds: config.syncTimeoutSeconds,
    closing,
    onError: (error) => logError(log, error),
  };
}

/** Who has no key is told from others by the address. */
function tenantOr(gate: Gate): (request: Request, address: string) => string {
  return (request, address) => {
    const { tenant } = gate.clientOf(request);
    return tenant === LOCAL_TENANT ? address : tenant;
  };
}

function bodyLimitsOf({ config, queue }: Pick<ApiSettings, 'config' | 'queue'>): BodyLimits {
  return bodyLimits(config, admitEarly(queue.store, admitWithin(config), headroomOf(config)));
}

/** A refusal is the client's business, and is in the request's own line. */
function logError(log: Logger, error: unknown): void {
  if (error instanceof QueueError && error.status < 500) return;
  log.error({ event: 'request_failed', err: error });
}
