import type { Stage } from '#matting/stages.ts';
import type { State } from '#queue/states.ts';
import { bytesText } from '../i18n/format.ts';
import { isTextKey, spoken, t } from '../i18n/text.ts';
import type { Picture, Tally } from './pictures.ts';

/** A stage by the name that the pipeline gives it; one that this page does not know yet is "Working". */
export function stageWords(stage: string | undefined): string {
  return stage !== undefined && isStage(stage) ? t(`words.stage.${stage}`) : stateWords('processing');
}

function isStage(stage: string): stage is Stage {
  return isTextKey(`words.stage.${stage}`);
}

export function stateWords(state: State): string {
  return t(`words.state.${state}`);
}

export function images(count: number): string {
  return t('words.images', { count });
}

/** Unicode's isolates, around what reads from left to right in every language. */
const LTR = '\u2066';
const END = '\u2069';

/** Size of a finished result: `1200 × 800 · 340 kB`. */
export function sizeWords({ width, height, bytes }: Picture): string {
  const pixels = width === null || height === null ? '' : `${LTR}${String(width)} × ${String(height)}${END}`;
  return [pixels, bytes === null ? '' : bytesText(bytes)].filter(Boolean).join(' · ');
}

/** How a run stands, for the bar and for screen readers: "12 of 30 done, 1 failed". */
export function tallyWords({ total, open, completed, failed }: Tally): string {
  const [done, count] = [completed, total];
  if (open > 0) {
    return failed === 0
      ? t('words.tally.open', { done, total })
      : t('words.tally.open-failed', { done, total, failed });
  }
  if (done === count) return t('words.tally.all', { count });
  return failed === 0
    ? t('words.tally.some', { done, count })
    : t('words.tally.some-failed', { done, count, failed });
}

interface Told {
  readonly code: string;
  readonly message: string;
}

/**
 * A failure or warning in the language of the page. In English the sentence that came with it, which knows the value
 * that offended; elsewhere the text of its code, which for some is another one where the server is meant.
 */
export function failureWords({ code, message }: Told, on: 'device' | 'server' = 'device'): string {
  if (spoken().language === 'en') return message;
  const keys = [`failures.${code}`];
  if (on === 'server') keys.unshift(`failures.server.${code}`);
  const key = keys.find(isTextKey);
  return key === undefined ? message : t(key as `failures.internal_error`);
}

/** What went wrong, as a sentence that can be shown. */
export function sentenceOf(cause: unknown): string {
  if (isTold(cause)) return failureWords(cause);
  return cause instanceof Error && cause.message !== '' ? cause.message : t('words.something-went-wrong');
}

function isTold(cause: unknown): cause is Error & Told {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' && cause.message !== '';
}
