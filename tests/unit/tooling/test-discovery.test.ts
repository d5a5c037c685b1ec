import { execFileSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { relative } from 'node:path';
import { expect, test } from 'vitest';
import { fromRoot } from '../../support/run-script.ts';

test('every test file is run by exactly one project: none lies where nobody looks', () => {
  const cli = fromRoot('node_modules/vitest/vitest.mjs');
  const output = execFileSync(process.execPath, [cli, 'list', '--filesOnly', '--json'], {
    cwd: fromRoot('.'),
    encoding: 'utf8',
  });
  const listed = JSON.parse(output) as { file: string; projectName: string }[];
  const found = globSync('{src,server,models,tests}/**/*.test.ts', { cwd: fromRoot('.') });
  expect(listed.map(({ file }) => relative(fromRoot('.'), file)).sort()).toEqual(found.sort());
});
