import type { ClientQueue } from '#queue/client-queue.ts';
import type { StoredJob } from '#queue/job.ts';

const PAGE = 100;

/** Every job that there is, newest first. */
export async function* allJobs(client: ClientQueue): AsyncGenerator<StoredJob> {
  let after: { createdAt: number; id: string } | undefined;
  do {
    const { jobs, hasMore } = await client.list({ limit: PAGE, after });
    yield* jobs;
    const last = jobs.at(-1)?.job;
    after = hasMore && last !== undefined ? { createdAt: last.createdAt, id: last.id } : undefined;
  } while (after !== undefined);
}
