import type { Steps } from '../steps.ts';
import { DIAGONAL, ROW, type System } from './matting-laplacian.ts';

export interface SolverOptions {
  readonly maxIterations: number;
  /** Stops when the residual's norm has fallen to this share of the right-hand side's. */
  readonly tolerance: number;
}

/**
 * Conjugate gradients with Jacobi's preconditioner (Saad, "Iterative Methods for Sparse Linear Systems", 2003,
 * algorithm 9.1). `solution` holds the first guess and receives the result; returns the iterations taken.
 */
export function* conjugateGradients(
  system: System,
  solution: Float32Array,
  options: SolverOptions,
): Steps<number> {
  const count = solution.length;
  const inverse = Float32Array.from(
    { length: count },
    (_, k) => 1 / (system.values[k * ROW + DIAGONAL] || 1),
  );
  const applied = new Float32Array(count);
  const residual = new Float32Array(count);
  multiply(system, solution, applied);
  for (let k = 0; k < count; k++) residual[k] = system.right[k] - applied[k];
  const search = residual.map((value, k) => value * inverse[k]);
  let energy = weighted(residual, inverse);
  const goal = energy * options.tolerance ** 2;
  let iteration = 0;
  for (; iteration < options.maxIterations && energy > goal && energy > 0; iteration++) {
    multiply(system, search, applied);
    const step = energy / dot(search, applied);
    for (let k = 0; k < count; k++) {
      solution[k] += step * search[k];
      residual[k] -= step * applied[k];
    }
    const next = weighted(residual, inverse);
    const keep = next / energy;
    energy = next;
    for (let k = 0; k < count; k++) search[k] = residual[k] * inverse[k] + keep * search[k];
    yield;
  }
  return iteration;
}

function multiply({ columns, values }: System, vector: Float32Array, result: Float32Array): void {
  for (let row = 0, at = 0; row < result.length; row++) {
    let sum = 0;
    for (const end = at + ROW; at < end; at++) {
      const column = columns[at];
      if (column >= 0) sum += values[at] * vector[column];
    }
    result[row] = sum;
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

function weighted(a: Float32Array, weight: Float32Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * a[k] * weight[k];
  return sum;
}
