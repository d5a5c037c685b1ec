/** One press of Ctrl-C may arrive several times: from the terminal, from npm, from the launcher. */
const ONE_PRESS_MILLIS = 500;

/**
 * Calls `onStop` for the first request to end (Ctrl-C, SIGTERM, SIGHUP), and `onInsist` for a second one.
 */
export function onStopSignals(onStop: () => void, onInsist: () => void): void {
  let first: number | undefined;
  const hear = () => {
    const now = performance.now();
    if (first === undefined) {
      first = now;
      onStop();
    } else if (now - first > ONE_PRESS_MILLIS) {
      onInsist();
    }
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, hear);
}
