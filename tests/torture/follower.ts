import { jobWire } from '#queue/wire.ts';
import type { World } from './clients.ts';

/**
 * Follows the change feed through every break, resuming where it was cut: at the end it must have seen the last of
 * every job, each number once and in order.
 */
export async function follow(world: World, settled: AbortSignal): Promise<void> {
  let last = 0;
  while (!settled.aborted) {
    const server = world.chance.one(world.servers);
    if (server === undefined) return;
    try {
      const headers = { 'last-event-id': String(last) };
      const { body } = await server.fetch('/queue/events', { headers, signal: settled });
      let text = '';
      for await (const chunk of body ?? []) {
        text += Buffer.from(chunk).toString();
        const events = text.split('\n\n');
        text = events.pop() ?? '';
        for (const event of events) last = take(world, event, last);
      }
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function take({ ledger }: World, event: string, last: number): number {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(event)?.[1];
  const [id, data] = [field('id'), field('data')];
  if (id === undefined || data === undefined) return last;
  if (Number(id) <= last) ledger.violated(`the feed went from ${String(last)} to ${id}`);
  const value: unknown = JSON.parse(data);
  if (field('event') === 'deleted') {
    const entry = ledger.jobs.get((value as { job_id: string }).job_id);
    if (entry !== undefined) entry.seen = 'deleted';
  } else {
    const job = jobWire.parse(value);
    ledger.saw(job);
    const entry = ledger.jobs.get(job.id);
    if (entry !== undefined) entry.seen = job;
  }
  return Number(id);
}
