import { Hono } from 'hono';
import type { HealthWire, ModelsWire, ServiceWire, StatsWire } from '../wire.ts';
import { totalOf } from '../states.ts';
import type { RoutesHost } from './host.ts';

const SERVICE = 'offcut';

export function serviceRoutes(host: RoutesHost): Hono {
  const app = new Hono();

  app.get('/queue/stats', async (context) => {
    const [counts, worker, paused] = await Promise.all([
      host.clientOf(context.req.raw).counts(),
      host.worker(),
      host.queue.store.paused(),
    ]);
    const answer: StatsWire = {
      stats: { ...counts, total: totalOf(counts) },
      worker: {
        status: worker.running ? 'running' : 'stopped',
        active_jobs: counts.processing,
        max_concurrent: worker.maxConcurrent,
        paused,
      },
    };
    return context.json(answer);
  });

  app.get('/health', (context) => {
    const answer: HealthWire = { status: 'healthy', service: SERVICE, version: host.version };
    return context.json(answer);
  });

  app.get('/models', async (context) => {
    const models = [...(await host.models())];
    const answer: ModelsWire = { default: models.find((model) => model.default)?.id ?? '', models };
    return context.json(answer);
  });

  return app;
}

/** `GET /` for programs; a host that has pages shows those to browsers. */
export function serviceInformation(version: string): ServiceWire {
  return {
    service: SERVICE,
    version,
    description: 'Removes image backgrounds, privately: on this machine, with no other service involved.',
    endpoints: {
      'POST /queue/submit': 'queue one or more "images" (multipart)',
      'GET /queue/job/{id}': 'a job with its progress and results',
      'GET /queue/job/{id}/result/{index}': 'a result',
      'GET /queue/job/{id}/results.zip': 'all results of a job',
      'GET /queue/job/{id}/events': 'progress of a job (Server-Sent Events)',
      'POST /queue/job/{id}/cancel': 'cancel a job',
      'POST /queue/job/{id}/retry': 'queue what failed or was cancelled again',
      'DELETE /queue/job/{id}': 'delete a job with its images',
      'POST /queue/order': 'put waiting jobs into another order: job_ids (JSON)',
      'POST /queue/pause': 'begin nothing that waits',
      'POST /queue/resume': 'go on',
      'GET /queue/jobs': 'list jobs: status, limit, cursor',
      'GET /queue/stats': 'how many jobs are in each state',
      'GET /queue/events': 'changes of all jobs (Server-Sent Events)',
      'GET /queue/changes': 'changes of all jobs: since',
      'POST /remove-bg': 'one "image" in, its cutout out',
      'POST /remove-bg-batch': 'several "images" in, data URLs out',
      'GET /models': 'models',
      'GET /health': 'is it alive',
    },
  };
}
