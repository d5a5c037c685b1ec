/** What touches the subject, and what is an island in the background that only looks like it. */
import { dilated, type Plane, plane } from './plane.ts';

/** The network is sure enough of these cells for others to hang on to them. */
const ROOT = 0.3;
/** Average alpha of a cell that still conducts: a single hair. */
export const LINK = 0.1;

/** 1 for cells that hang together with the subject by such that conduct, and for their neighbours. */
export function touchingSubject(prior: Plane, conducts: (cell: number) => boolean): Plane {
  const { width, height } = prior;
  const kept = plane(width, height);
  const stack = new Int32Array(prior.data.length);
  let size = 0;
  for (let cell = 0; cell < prior.data.length; cell++) {
    if (prior.data[cell] <= ROOT) continue;
    kept.data[cell] = 1;
    stack[size++] = cell;
  }
  while (size > 0) {
    const cell = stack[--size];
    const x = cell % width;
    const y = (cell - x) / width;
    for (let v = Math.max(y - 1, 0); v <= Math.min(y + 1, height - 1); v++) {
      for (let u = Math.max(x - 1, 0); u <= Math.min(x + 1, width - 1); u++) {
        const next = v * width + u;
        if (kept.data[next] > 0 || !(prior.data[next] > LINK || conducts(next))) continue;
        kept.data[next] = 1;
        stack[size++] = next;
      }
    }
  }
  return dilated(kept, 1);
}
