import { openAsBlob } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { CliError, EXIT } from '../errors.ts';
import { describeFailure, type Cut } from './cut.ts';
import { TaskError } from './outcome.ts';
import { save } from './save.ts';

/** One image from standard input (`-`) or a file, to standard output or (`output`) a file. @returns the exit code */
export async function runPipe(
  input: string,
  output: string | undefined,
  open: () => Promise<Cut>,
  { force, signal }: { force: boolean; signal: AbortSignal },
): Promise<number> {
  if (output === undefined && process.stdout.isTTY) {
    throw new CliError(
      EXIT.usage,
      'An image would spoil the terminal. Redirect the output, or name a file with -o.',
    );
  }
  try {
    const image =
      input === '-' ? new Blob([new Uint8Array(await buffer(process.stdin))]) : await openAsBlob(input);
    const { blob, warnings } = await (await open())(image, signal);
    for (const { message } of warnings) console.error(`${input}: ${message}`);
    if (output === undefined) await writeOut(new Uint8Array(await blob.arrayBuffer()));
    else await save(output, blob, force);
    return EXIT.done;
  } catch (cause) {
    if (signal.aborted) return EXIT.interrupted;
    if (cause instanceof CliError) throw cause;
    const { message } = describeFailure(cause);
    throw new CliError(EXIT.failed, cause instanceof TaskError ? message : `${input}: ${message}`, { cause });
  }
}

async function writeOut(bytes: Uint8Array): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  // Whoever reads may have had enough (`| head -c 100`): that is no failure of ours.
  process.stdout.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') resolve();
    else reject(error);
  });
  process.stdout.write(bytes, (error) => {
    if (!error) resolve();
  });
  await promise;
}
