import type { Logger } from '../log.ts';
import { RUNNER_SEEN_SECONDS, type RunnerEntry, type RunnerRegistry } from './registry.ts';

/**
 * Says of this process's runners that they are alive, now and every few seconds, and of those that are no more that
 * they have ended. Answers how to stop.
 */
export async function announceRunners(
  registry: RunnerRegistry,
  alive: () => readonly RunnerEntry[],
  log: Logger,
): Promise<() => Promise<void>> {
  let said = new Set<string>();
  const say = async (runners: readonly RunnerEntry[]): Promise<void> => {
    const now = new Set(runners.map(({ id }) => id));
    const ended = [...said].filter((id) => !now.has(id));
    said = now;
    if (runners.length > 0) await registry.seen(runners);
    await Promise.all(ended.map((id) => registry.gone(id)));
  };
  let saying: Promise<void> = Promise.resolve();
  const next = (runners: () => readonly RunnerEntry[]): Promise<void> => {
    saying = saying
      .then(() => say(runners()))
      .catch((err: unknown) => {
        log.error({ event: 'storage_failed', err });
      });
    return saying;
  };
  await next(alive);
  const timer = setInterval(() => void next(alive), RUNNER_SEEN_SECONDS * 1000).unref();
  return async () => {
    clearInterval(timer);
    await next(() => []);
    await registry.close();
  };
}
