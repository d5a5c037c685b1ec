import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fromRoot } from '../../support/run-script.ts';

/** Runs of a real Vitest on a file of one test or none, reported by the project's own reporter. */
describe('the closing line of a run', () => {
  let folder: string;
  beforeAll(() => {
    // Inside node_modules: there the file finds vitest, and no other tool finds the file.
    folder = mkdtempSync(fromRoot('node_modules/.offcut-closing-line-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function run(body: string, setup = ''): { lastLine: string; status: number | null } {
    const reporter = fromRoot('tests/support/closing-line.ts');
    writeFileSync(join(folder, 'setup.ts'), `export default () => { ${setup} };`);
    writeFileSync(
      join(folder, 'some.test.ts'),
      `import { beforeAll, describe, test } from 'vitest';\n${body}`,
    );
    const options = {
      include: ['*.test.ts'],
      exclude: [],
      reporters: ['default', reporter],
      globalSetup: 'setup.ts',
    };
    writeFileSync(join(folder, 'vitest.config.ts'), `export default { test: ${JSON.stringify(options)} };`);
    const cli = fromRoot('node_modules/vitest/vitest.mjs');
    const { stdout, status } = spawnSync(process.execPath, [cli, 'run'], { cwd: folder, encoding: 'utf8' });
    return { lastLine: stdout.trimEnd().split('\n').at(-1) ?? '', status };
  }

  test.each([
    ['a success', `test('a', () => {});`, '1 passed, 0 failed', 0],
    ['a failure', `test('a', () => { throw new Error(); });`, '0 passed, 1 failed', 1],
    [
      'a skipped test beside a success',
      `test('a', () => {}); test.skip('b');`,
      '1 passed, 0 failed, 1 skipped',
      0,
    ],
    ['skipped tests only', `test.skip('a');`, '0 passed, 0 failed, 1 skipped', 1],
    ['a file that does not load', `throw new Error();`, '0 passed, 1 failed', 1],
    [
      'an error outside of any test',
      `test('a', () => { Promise.reject(new Error()); });`,
      '1 passed, 1 failed',
      1,
    ],
    [
      'a hook that throws',
      `describe('d', () => { beforeAll(() => { throw new Error(); }); test('a', () => {}); });`,
      '0 passed, 1 failed, 1 skipped',
      1,
    ],
  ])('counts %s', (_, body, lastLine, status) => {
    expect(run(body)).toEqual({ lastLine, status });
  });

  test('fails when the set-up of the run does', () => {
    expect(run(`test('a', () => {});`, 'throw new Error();')).toEqual({
      lastLine: '0 passed, 1 failed',
      status: 1,
    });
  });
});
