import { Hono } from 'hono';
import { takeIn } from '../intake.ts';
import { totalOf } from '../states.ts';
import type { SubmitWire } from '../wire.ts';
import type { RoutesHost } from './host.ts';

export function submitRoutes(host: RoutesHost): Hono {
  const app = new Hono();
  app.post('/queue/submit', async (context) => {
    const submission = await takeIn(context.req.raw, {
      queue: host.queue,
      readForm: host.readForm,
      limits: host.formLimits,
      models: await host.models(),
      installHint: host.installHint,
      modelAliases: host.modelAliases,
      field: 'images',
    });
    const { stored, repeated } = await host.queue.submit(submission);
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
