import type { Stage } from '#matting/pipeline.ts';
import type { State } from '#queue/states.ts';
import type { Picture, Tally } from './pictures.ts';

const STAGE_WORDS = {
  decode: 'Decoding',
  preprocess: 'Getting ready',
  infer: 'Finding the subject',
  postprocess: 'Refining the edges',
  compose: 'Cutting out',
  encode: 'Saving the result',
} as const satisfies Record<Stage, string>;

const STATE_WORDS = {
  pending: 'Waiting',
  processing: 'Working',
  completed: 'Done',
  failed: 'Failed',
  cancelled: 'Cancelled',
} as const satisfies Record<State, string>;

/** A stage by the name that the pipeline gives it; one that this page does not know yet is "Working". */
export function stageWords(stage: string | undefined): string {
  return stage !== undefined && isStage(stage) ? STAGE_WORDS[stage] : STATE_WORDS.processing;
}

function isStage(stage: string): stage is Stage {
  return Object.hasOwn(STAGE_WORDS, stage);
}

export function stateWords(state: State): string {
  return STATE_WORDS[state];
}

export function images(count: number): string {
  return count === 1 ? '1 image' : `${String(count)} images`;
}

/** `1.2 MB`, decimal as file managers count. */
export function byteWords(bytes: number): string {
  if (bytes < 1_000) return `${String(bytes)} B`;
  if (bytes < 999_500) return `${String(Math.round(bytes / 1_000))} KB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** Size of a finished result: `1200 × 800 · 340 KB`. */
export function sizeWords({ result: { width, height, bytes } }: Picture): string {
  const pixels = width === null || height === null ? '' : `${String(width)} × ${String(height)}`;
  return [pixels, bytes === null ? '' : byteWords(bytes)].filter(Boolean).join(' · ');
}

/** How a run stands, for the bar and for screen readers: "12 of 30 done, 1 failed". */
export function tallyWords({ total, open, completed, failed }: Tally): string {
  const failures = failed === 0 ? '' : `, ${String(failed)} failed`;
  if (open > 0) return `${String(completed)} of ${String(total)} done${failures}`;
  return completed === total
    ? `${images(total)} done`
    : `${String(completed)} of ${images(total)} done${failures}`;
}

/** What went wrong, as a sentence that can be shown. */
export function sentenceOf(cause: unknown): string {
  return cause instanceof Error && cause.message !== '' ? cause.message : 'Something unexpected went wrong.';
}
