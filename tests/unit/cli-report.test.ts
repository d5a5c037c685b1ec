/** How `offcut rm` tells of its progress. */
import { expect, test } from 'vitest';
import type { Outcome } from '../../server/cli/rm/outcome.ts';
import { duration, Report } from '../../server/cli/rm/report.ts';

const done = (input: string, output: string): Outcome => ({
  input,
  output,
  status: 'completed',
  width: 1,
  height: 1,
  bytes: 1,
  milliseconds: 1,
  warnings: [],
});
const failed = (input: string): Outcome => ({
  input,
  output: 'x.png',
  status: 'failed',
  error: { code: 'image_empty', message: 'The file is empty.' },
});

function report({ terminal, json = false }: { terminal: boolean; json?: boolean }) {
  let seconds = 0;
  const written = { stdout: '', stderr: '' };
  const out = (name: 'stdout' | 'stderr') => ({
    isTTY: terminal,
    columns: 80,
    write: (text: string) => (written[name] += text),
  });
  const made = new Report({
    stdout: out('stdout'),
    stderr: out('stderr'),
    json,
    total: 4,
    now: () => seconds * 1000,
  });
  return { made, written, pass: (more: number) => (seconds += more) };
}

test('on a terminal: one line that changes, with rate and time left, and a line for a failure', () => {
  const { made, written, pass } = report({ terminal: true });
  expect(written.stderr).toBe('\r\x1b[K[------------------------------] 0/4');
  written.stderr = '';
  pass(2);
  made.add(done('a.jpg', 'a.png'));
  expect(written.stderr).toBe('\r\x1b[K[########----------------------] 1/4, 0.5 images/s, 6 s left');
  written.stderr = '';
  pass(2);
  made.add(failed('b.jpg'));
  expect(written.stderr).toBe(
    '\r\x1b[Kb.jpg: The file is empty.\n\r\x1b[K[###############---------------] 2/4, 0.5 images/s, 4 s left, 1 failed',
  );
  written.stderr = '';
  made.end(false);
  expect(written.stderr).toBe('\r\x1b[K1 done, 1 failed, in 4 s (0.5 images/s)\n');
  expect(written.stdout).toBe('');
});

test('elsewhere: results on stdout, failures and the closing sentence on stderr, no control characters', () => {
  const { made, written, pass } = report({ terminal: false });
  pass(90);
  made.add(done('a.jpg', 'a.png'));
  made.add(failed('b.jpg'));
  made.add({ input: 'c.jpg', output: 'c.png', status: 'skipped' });
  made.end(true);
  expect(written.stdout).toBe('a.png\n');
  expect(written.stderr).toBe(
    'b.jpg: The file is empty.\nc.png is there already\nInterrupted: 1 done, 1 there already, 1 failed, in 1 min 30 s (0.0 images/s). The same command goes on from here.\n',
  );
});

test('what was skipped does not count as speed', () => {
  const { made, written, pass } = report({ terminal: true });
  made.add({ input: 'c.jpg', output: 'c.png', status: 'skipped' });
  expect(written.stderr).toMatch(/1\/4$/);
  pass(10);
  made.add(done('a.jpg', 'a.png'));
  expect(written.stderr).toMatch(/2\/4, 0\.1 images\/s, 20 s left$/);
});

test('durations are read as they are said', () => {
  expect([8.4, 59.4, 92, 7500].map(duration)).toEqual(['8 s', '59 s', '1 min 32 s', '2 h 5 min']);
});
