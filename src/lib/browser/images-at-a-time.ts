/** One is inferred, the next is decoded, and the one before it encoded. */
const OVERLAPPING = 3;

/** How many images are worked on together: where there is one core, they would only wait for each other. */
export function imagesAtATime(): number {
  return navigator.hardwareConcurrency > 1 ? OVERLAPPING : 1;
}
