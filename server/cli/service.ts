import { OpenServerError } from '../access/doors.ts';
import { BucketError } from '../blobs/s3/address.ts';
import { ConfigError } from '../config.ts';
import { ListenError } from '../http/listen.ts';
import type { Logger } from '../log.ts';
import { ensureWeights } from '../setup/weights.ts';
import { DatabaseOpenError } from '../stores/postgres/errors.ts';
import { StoreOpenError } from '../stores/sqlite/errors.ts';
import { CliError, EXIT } from './errors.ts';
import { onStopSignals } from './signals.ts';

/* What the commands that stay have in common: `serve` and `runner`. */

/** Errors whose message tells the user what to do. */
const EXPECTED = [ListenError, OpenServerError, BucketError, StoreOpenError, DatabaseOpenError];

/** @throws CliError for what the user can put right */
export async function withSentences(run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof ConfigError) throw new CliError(EXIT.usage, error.message, { cause: error });
    if (error instanceof Error && EXPECTED.some((kind) => error instanceof kind)) {
      throw new CliError(EXIT.failed, error.message, { cause: error });
    }
    throw error;
  }
}

/** @throws CliError when they cannot be had */
export async function makeSureOfWeights(): Promise<void> {
  try {
    await ensureWeights({ log: (line) => console.log(line) });
  } catch (cause) {
    throw new CliError(EXIT.failed, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/** Resolves at the first request to end; at a second one the process ends at once. */
export function untilStopAsked(log: Logger): Promise<void> {
  return new Promise((resolve) => {
    onStopSignals(resolve, () => {
      log.warn({ event: 'server_aborted' });
      // The runners see their supervisor gone, and give back what they have in hand.
      process.exit(EXIT.failed);
    });
  });
}
