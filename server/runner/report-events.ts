import type { Job, ProcessingItem } from '#queue/job.ts';
import type { RunnerEvents } from '#queue/runner.ts';
import type { RunnerReport } from './messages.ts';

/** A runner's events as reports to its supervisor, which counts them. */
export function reportEvents(report: (report: RunnerReport) => void, now: () => number): RunnerEvents {
  const models = new Map<string, string>();
  /** The model of an attempt that is over. */
  const take = (item: ProcessingItem): string => {
    const model = models.get(nameOf(item)) ?? 'unknown';
    models.delete(nameOf(item));
    return model;
  };
  return {
    leased(item: ProcessingItem, job: Job) {
      models.set(nameOf(item), job.model);
      const waitedSeconds = item.attempt === 1 ? Math.max(0, now() - job.createdAt) / 1000 : null;
      report({ kind: 'attempt_started', model: job.model, attempt: item.attempt, waitedSeconds });
    },
    completed(item, { milliseconds, bytes }) {
      const { inputBytes } = item;
      const seconds = milliseconds / 1000;
      report({ kind: 'image_completed', model: take(item), seconds, inputBytes, resultBytes: bytes });
    },
    failed(item, { code }, retryable) {
      const final = !retryable || item.attemptsLeft <= 1;
      report({ kind: 'attempt_failed', model: take(item), code, final, inputBytes: item.inputBytes });
    },
    lost(item) {
      report({ kind: 'attempt_dropped', model: take(item) });
    },
  };
}

/** An item may be in two attempts at once: one that was cancelled but goes on, and its retry. */
function nameOf({ id, attempt }: ProcessingItem): string {
  return `${id}/${String(attempt)}`;
}

/** Tells all of them, in order. */
export function toAll(listeners: readonly RunnerEvents[]): Required<RunnerEvents> {
  return {
    leased: (...args) => listeners.forEach((listener) => listener.leased?.(...args)),
    stage: (...args) => listeners.forEach((listener) => listener.stage?.(...args)),
    completed: (...args) => listeners.forEach((listener) => listener.completed?.(...args)),
    failed: (...args) => listeners.forEach((listener) => listener.failed?.(...args)),
    lost: (...args) => listeners.forEach((listener) => listener.lost?.(...args)),
    broken: (...args) => listeners.forEach((listener) => listener.broken?.(...args)),
  };
}
