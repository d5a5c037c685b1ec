import type { CaseResult } from './case.ts';
import type { Scores } from './metrics/index.ts';

export interface Summary {
  readonly method: string;
  readonly scores: Scores;
  readonly millisecondsPerMegapixel: number;
  /** Names of cases whose mean absolute error is more than 5 % above the first method's. */
  readonly worse: readonly string[];
}

const TOLERATED = 1.05;
/** An alpha error below half a grey level is no difference that anybody can see. */
const INVISIBLE = 0.5 / 255;

/** One summary a method, in the order of the first case's results; scores are means over the cases. */
export function summarise(cases: readonly CaseResult[]): Summary[] {
  return cases[0].results.map(({ method }, place) => {
    const own = cases.map(({ results }) => results[place]);
    const megapixels = cases.reduce((sum, item) => sum + item.megapixels, 0);
    return {
      method,
      scores: meanScores(own.map(({ scores }) => scores)),
      millisecondsPerMegapixel: own.reduce((sum, item) => sum + item.milliseconds, 0) / megapixels,
      worse: cases.filter((item) => isWorse(item, place)).map(({ name }) => name),
    };
  });
}

function isWorse({ results }: CaseResult, place: number): boolean {
  const before = results[0].scores.mae;
  const { mae } = results[place].scores;
  return mae > before * TOLERATED && mae - before > INVISIBLE / 10;
}

function meanScores(all: readonly Scores[]): Scores {
  const mean = (pick: (scores: Scores) => number) =>
    all.reduce((sum, scores) => sum + pick(scores), 0) / all.length;
  const known = all.every(({ composite }) => composite !== undefined);
  return {
    mae: mean((s) => s.mae),
    mse: mean((s) => s.mse),
    sad: mean((s) => s.sad),
    gradient: mean((s) => s.gradient),
    maxF: mean((s) => s.maxF),
    structure: mean((s) => s.structure),
    boundary: mean((s) => s.boundary),
    boundaryDavis: mean((s) => s.boundaryDavis),
    composite: known ? mean((s) => s.composite ?? 0) : undefined,
  };
}
