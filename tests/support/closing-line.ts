import type { Reporter, SerializedError, TestModule, TestSuite } from 'vitest/node';

/** What a whole run came to. */
export interface Tally {
  passed: number;
  failed: number;
  skipped: number;
}

/**
 * Counts a run so that `failed` is zero exactly when nothing went wrong: a file that does not load, a hook that throws
 * and an error outside of any test each count as one failure, since no test of theirs can.
 */
export function tally(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Tally {
  const result: Tally = { passed: 0, failed: unhandled.length, skipped: 0 };
  for (const module of modules) {
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state === 'passed') result.passed += 1;
      // A test that is still pending was cut off: it promised something that it did not show.
      else if (state === 'skipped') result.skipped += 1;
      else result.failed += 1;
    }
    const containers: readonly (TestModule | TestSuite)[] = [module, ...module.children.allSuites()];
    result.failed += containers.filter((container) => container.errors().length > 0).length;
  }
  return result;
}

/** `12 passed, 0 failed`, and `, 3 skipped` when some were. */
export function closingLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/**
 * Ends the output of a run with one line of counts, and fails a run in which no test was executed.
 *
 * The line is written as the process exits, since Vitest still reports (teardown, hanging handles) after its summary.
 */
export default class ClosingLineReporter implements Reporter {
  /** A run that never comes to a test, because its set-up fails or nothing matches, is one failure. */
  #tally: Tally = { passed: 0, failed: 1, skipped: 0 };

  onInit(): void {
    process.once('exit', () => {
      const { passed, failed } = this.#tally;
      if (passed + failed === 0) process.exitCode ||= 1;
      process.stdout.write(`${closingLine(this.#tally)}\n`);
    });
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    if (modules.length + unhandled.length > 0) this.#tally = tally(modules, unhandled);
  }
}
