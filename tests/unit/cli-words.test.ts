/** What the command line says of itself: the completions of shells and the manual, both made from `--help`. */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../server/cli/commands.ts';
import { describeCommands } from '../../server/cli/describe-commands.ts';
import { readHelp } from '../../server/cli/help-text.ts';
import { completionFor, SHELLS } from '../../server/cli/shells.ts';
import { MAN_PAGE, manPage } from '../../server/setup/man-page.ts';

const commands = await describeCommands(COMMANDS);
const has = (tool: string) => spawnSync(tool, ['--version']).error === undefined;

test('a help text is taken apart without loss', () => {
  const text = `Usage: offcut x <file> [options]

Does a thing,
and another.

  -o, --out PATH   where
                   it goes
  --crop           cut

Ends with 0.

Examples:
  offcut x a.jpg
`;
  expect(readHelp(text)).toEqual({
    usage: 'offcut x <file> [options]',
    paragraphs: ['Does a thing, and another.', 'Ends with 0.'],
    options: [
      { short: 'o', long: 'out', value: 'PATH', text: 'where it goes' },
      { short: undefined, long: 'crop', value: undefined, text: 'cut' },
    ],
    examples: ['offcut x a.jpg'],
  });
});

test('every command has a usage, a summary, an example, and --help among its options', () => {
  for (const { name, usage, summary, examples, options, below } of commands) {
    expect(usage, name).toMatch(new RegExp(`^offcut ${name}( |$)`));
    expect(summary, name).not.toBe('');
    expect(examples.length, name).toBeGreaterThan(0);
    if (below.length === 0)
      expect(
        options.map(({ long }) => long),
        name,
      ).toContain('help');
  }
});

describe.runIf(has('bash'))('bash', () => {
  /** What bash offers when Tab is pressed after these words. */
  function offered(...words: string[]): string[] {
    const script = `${completionFor('bash', commands)}
      COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${String(words.length - 1)}
      _offcut; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return execFileSync('bash', ['-c', script], { encoding: 'utf8' }).trim().split('\n').sort();
  }

  test('completes commands, options and their values', () => {
    expect(offered('offcut', 'st')).toEqual(['stats', 'status']);
    expect(offered('offcut', 'rm', 'a.jpg', '--f')).toEqual(['--force', '--format']);
    expect(offered('offcut', 'rm', '--format', '')).toEqual(['jpeg', 'png', 'webp']);
    expect(offered('offcut', 'list', '--status', 'c')).toEqual(['cancelled', 'completed']);
    expect(offered('offcut', 'rm', '--model', 'u2netp')).toContain('u2netp');
  });

  test('completes files where a file or folder belongs', () => {
    expect(offered('offcut', 'rm', '-o', 'pack')).toEqual(['package-lock.json', 'package.json']);
    expect(offered('offcut', 'rm', 'READ')).toEqual(['README.md']);
  });
});

test.each(SHELLS)('%s: every option of every command is there, and the shell can read it', (shell) => {
  const text = completionFor(shell, commands);
  const outer = commands.filter(({ name }) => !name.includes(' '));
  for (const { options } of outer)
    for (const { long } of options) expect(text).toMatch(new RegExp(`(--|-l )${long}\\b`));
  if (has(shell)) execFileSync(shell, ['-n'], { input: text });
});

test('the manual in docs/offcut.1 says what --help says (`npm run man` writes it)', async () => {
  expect(readFileSync(MAN_PAGE, 'utf8')).toBe(await manPage());
});

test.runIf(has('groff'))('the manual is sound roff', async () => {
  const { stdout, stderr } = spawnSync('groff', ['-man', '-Tutf8', '-ww'], {
    input: await manPage(),
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(stdout).toContain('offcut rm photo.jpg -o cutout.png');
});
