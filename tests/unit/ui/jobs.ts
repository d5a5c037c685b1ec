import type { JobWire, ResultWire } from '#queue/wire.ts';
import { type PageJob, pageJob } from '../../../src/lib/ui/state/pictures.ts';

const RESULT = {
  index: 0,
  filename: 'photo.jpg',
  status: 'pending',
  url: null,
  width: null,
  height: null,
  bytes: null,
  warnings: [],
  error: null,
} as const satisfies ResultWire;

/** A job as the facade gives it, of one image for each of `results`. */
export function job(id: string, created_at: string, ...results: Partial<ResultWire>[]): JobWire {
  const items = (results.length > 0 ? results : [{}]).map((result, index) => ({
    ...RESULT,
    index,
    ...result,
  }));
  return {
    id,
    status: items[0]?.status ?? 'pending',
    type: items.length === 1 ? 'single' : 'batch',
    created_at,
    started_at: null,
    completed_at: null,
    progress: { total: items.length, processed: 0, failed: 0 },
    model: 'u2netp',
    turn: `5.${String(Date.parse(created_at)).padStart(15, '0')}.${id}`,
    run: 0,
    idempotency_key: null,
    options: {},
    filenames: items.map(({ filename }) => filename),
    results: items,
    error: null,
  };
}

/** The same, as the page keeps it. */
export function jobOnPage(...parts: Parameters<typeof job>): PageJob {
  return pageJob(job(...parts));
}

/** Seconds past noon as the wire writes them. */
export function at(seconds: number): string {
  return new Date(Date.UTC(2030, 0, 1, 12, 0, seconds)).toISOString();
}
