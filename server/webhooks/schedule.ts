/** Seconds to wait after the first try, the second, and so on: ten tries within 16 hours. */
const DELAYS = [5, 30, 120, 600, 1800, 3600, 2 * 3600, 4 * 3600, 8 * 3600];

export const MOST_ATTEMPTS = DELAYS.length + 1;

/**
 * Milliseconds to wait after try number `attempt` (from 1) failed; undefined after the last. Up to a quarter more, so
 * that what failed together does not come back together.
 * @param random in [0, 1)
 */
export function delayMillis(attempt: number, random: number): number | undefined {
  const seconds = DELAYS[attempt - 1];
  return seconds === undefined ? undefined : Math.round(seconds * 1000 * (1 + random / 4));
}
