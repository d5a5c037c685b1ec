import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** Absolute path of something in the repository. */
export const fromRoot = (path: string): string => join(root, path);

/**
 * Runs a Node script of the repository to its end, quietly: its output is shown only when it fails.
 *
 * @param args the script's path from the root, then its arguments
 * @param failure how the error's message begins
 * @throws {Error} with the script's output, when it does not exit with 0
 */
export async function runScript(args: readonly string[], failure: string): Promise<void> {
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (code !== 0) throw new Error(`${failure} (${args.join(' ')}: ${signal ?? code}).\n${output}`);
}
