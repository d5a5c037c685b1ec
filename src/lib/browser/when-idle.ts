/** Milliseconds that work may wait for a quiet moment. */
const AT_LATEST = 3_000;
/** Milliseconds that stand for a quiet moment where the browser does not tell of one. */
const GUESS = 500;

/** Resolves once this page has a moment: what its user sees and does comes before what is made ready for later. */
export function whenIdle(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof requestIdleCallback === 'undefined') setTimeout(resolve, GUESS);
    else requestIdleCallback(() => resolve(), { timeout: AT_LATEST });
  });
}
