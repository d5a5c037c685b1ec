import { openAsBlob } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { JobOptions } from '#queue/options.ts';
import type { Processed } from '#queue/runner.ts';
import { MattingError } from '#matting/errors.ts';
import { DEFAULT_LIMITS } from '#matting/pipeline.ts';
import { DEFAULT_MODEL } from '#models/registry.ts';
import { createSharpCodec } from '../../matting/codec.ts';
import { createOnnxRuntime } from '../../matting/runtime.ts';
import { MattingPool } from '../../runner/matting-pool.ts';
import { createProcessor } from '../../runner/processor.ts';
import { ensureWeights } from '../../setup/weights.ts';
import { CliError, EXIT } from '../errors.ts';
import { TaskError, type Outcome, type Task } from './outcome.ts';
import { isDone, save, unreadable } from './save.ts';

/** An image to its cutout: the runner's own pipeline, in this process. */
export type Cut = (image: Blob, signal: AbortSignal) => Promise<Processed>;

/**
 * Loads the model: one for all images, on all cores. Two workers with one thread each did 4.2 images a second instead
 * of 4.0 on two cores, and need twice the 470 MB.
 * @throws CliError when it cannot be used
 */
export async function openCut(model: string, options: JobOptions): Promise<Cut> {
  const runtime = createOnnxRuntime({ threads: availableParallelism() });
  const pool = new MattingPool({
    codec: createSharpCodec(),
    runtime,
    maxPixels: DEFAULT_LIMITS.maxPixels,
    mostLoaded: 1,
  });
  try {
    if (model === DEFAULT_MODEL.id) await ensureWeights({ log: (line) => console.error(line) });
    await pool.using(model, async () => undefined);
  } catch (cause) {
    throw new CliError(EXIT.failed, cause instanceof Error ? cause.message : String(cause), { cause });
  }
  const process = createProcessor(pool);
  return (image, signal) => process(image, { model, options }, { signal, onStage: () => undefined });
}

export interface TaskSettings {
  /** Absolute paths of all images of the run: none of them is ever replaced. */
  readonly images: ReadonlySet<string>;
  /** Replace what else is there. */
  readonly force: boolean;
  /** An output that is done already is no error. */
  readonly resume: boolean;
  readonly signal: AbortSignal;
}

/**
 * Does one task. `undefined` when the signal came first: then nothing is left of it.
 * @param open asked only when there is something to do: a batch that is done needs no model
 */
export async function doTask(
  task: Task,
  open: () => Promise<Cut>,
  { images, force, resume, signal }: TaskSettings,
): Promise<Outcome | undefined> {
  const { input, output } = task;
  const began = performance.now();
  try {
    if (path.resolve(input) === path.resolve(output) || images.has(path.resolve(output))) {
      throw new TaskError(
        'output_is_input',
        `${output} is itself one of the images; name another output with -o.`,
      );
    }
    if (!force && (await isDone(input, output))) {
      if (resume) return { ...task, status: 'skipped' };
      throw new TaskError('output_exists', `${output} is there already; --force replaces it.`);
    }
    const image = await openAsBlob(input).catch(unreadable(input));
    const cut = await open();
    const { blob, width, height, warnings } = await cut(image, signal);
    await save(output, blob, force);
    const milliseconds = Math.round(performance.now() - began);
    return { ...task, status: 'completed', width, height, bytes: blob.size, milliseconds, warnings };
  } catch (cause) {
    if (signal.aborted) return undefined;
    // Without a model nothing can be done.
    if (cause instanceof CliError) throw cause;
    return { ...task, status: 'failed', error: describeFailure(cause) };
  }
}

export function describeFailure(cause: unknown): { code: string; message: string } {
  if (cause instanceof MattingError || cause instanceof TaskError) {
    return { code: cause.code, message: cause.message };
  }
  return { code: 'internal_error', message: cause instanceof Error ? cause.message : String(cause) };
}
