import { Hono } from 'hono';
import { takeIn } from '../intake.ts';
import { totalOf } from '../states.ts';
import type { SubmitWire } from '../wire.ts';
import type { RoutesHost } from './host.ts';

export function submitRoutes(host: RoutesHost): Hono {
  const app = new Hono();
  const { acceptWebhook } = host;
  app.post('/queue/submit', async (context) => {
    const request = context.req.raw;
    const client = host.clientOf(request);
    const { uploads } = host;
    const submission = await takeIn(request, {
      queue: host.queue,
      readForm: host.readForm,
      limits: host.formLimits,
      models: () => host.models(request),
      usualModel: host.usualModel,
      installHint: host.installHint,
      modelAliases: host.modelAliases,
      field: 'images',
      acceptWebhook: acceptWebhook && ((url) => acceptWebhook(url, request)),
      uploads: uploads && {
        finished: (id) => uploads.finished(client.tenant, id),
        keyOf: async (jobId) => (await client.get(jobId)).job.idempotency?.key,
      },
    });
    const { stored, repeated } = await client.submit(submission);
    const { uploadIds } = submission;
    if (uploadIds.length > 0) await uploads?.used(uploadIds, stored.job.id);
    const { job } = stored;
    const count = totalOf(job.counts);
    const images = count === 1 ? '1 image' : `${String(count)} images`;
    const answer: SubmitWire = {
      job_id: job.id,
      status: 'queued',
      job_type: job.type,
      files_count: count,
      model: job.model,
      message: repeated ? `Already accepted: ${images}` : `Queued ${images}`,
    };
    return context.json(answer);
  });
  return app;
}
