import { describe, expect, test } from 'vitest';
import { STAGES } from '#matting/stages.ts';
import { engineWords } from '../../../src/lib/ui/badges/engine-words.ts';
import { offlineWords } from '../../../src/lib/ui/badges/offline-words.ts';
import { bytesText } from '../../../src/lib/ui/i18n/format.ts';
import { dropsOf, tallyOf } from '../../../src/lib/ui/state/pictures.ts';
import { sentenceOf, stageWords, tallyWords } from '../../../src/lib/ui/state/words.ts';
import { at, jobOnPage } from './jobs.ts';

describe('what the page says', () => {
  test('names each stage of the pipeline differently, and never by its technical name', () => {
    const words = STAGES.map(stageWords);
    expect(new Set(words).size).toBe(STAGES.length);
    for (const stage of STAGES) expect(words).not.toContain(stage);
  });

  test('is "Working" for a stage that it does not know, or not yet', () => {
    expect([stageWords('sharpen'), stageWords(undefined), stageWords('toString')]).toEqual(
      Array.from({ length: 3 }, () => 'Working'),
    );
  });

  test.each([
    [['completed', 'pending', 'failed'], '1 of 3 done, 1 failed'],
    [['completed', 'completed'], '2 images done'],
    [['completed'], '1 image done'],
    [['completed', 'cancelled'], '1 of 2 images done'],
  ] as const)('of images that are %j: %s', (states, words) => {
    const drops = dropsOf(states.map((status, n) => jobOnPage(`job-${String(n)}`, at(n), { status })));
    expect(tallyWords(tallyOf(drops.flat()))).toBe(words);
  });

  test.each([
    [999, '999 bytes'],
    [1_500, '2 kB'],
    [999_999, '1.0 MB'],
    [12_345_678, '12.3 MB'],
  ])('of %d bytes: %s', (bytes, words) => {
    expect(bytesText(bytes)).toBe(words);
  });

  test('is the message of an error, and a sentence where there is none', () => {
    expect(sentenceOf(new Error('The disk is full.'))).toBe('The disk is full.');
    expect(sentenceOf('thrown text')).toMatch(/\.$/);
  });

  test('names the runtime that ran, how many threads, and the reason as it was given', () => {
    const reason = 'This browser offers no WebGPU adapter.';
    const { title, detail } = engineWords({ state: 'ready', runtime: 'wasm', threads: 2, reason });
    expect([title, detail]).toEqual(['WebAssembly, 2 threads', reason]);
  });

  test('tells how much is stored for offline use, and why it cannot be', () => {
    expect(offlineWords({ state: 'storing', fraction: 0.347 }).title).toBe('Storing 35%');
    expect(offlineWords({ state: 'unavailable', reason: 'No service worker.' }).detail).toBe(
      'No service worker.',
    );
  });
});
