import { link, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { TaskError } from './outcome.ts';

/**
 * Writes a file that is either whole or not there, whatever happens in between.
 * @param replace whether a file of that name may be replaced
 * @throws TaskError `output_exists`, `storage_failed`
 */
export async function save(file: string, blob: Blob, replace: boolean): Promise<void> {
  const folder = path.dirname(file);
  const partial = path.join(folder, `.${path.basename(file)}.${String(process.pid)}.partial`);
  try {
    await mkdir(folder, { recursive: true });
    // On disk before it gets its name: after a power cut it is whole, or it is not there.
    await writeFile(partial, blob.stream(), { flush: true });
    if (replace) await rename(partial, file);
    else await renameToFree(partial, file);
  } catch (cause) {
    if (cause instanceof TaskError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TaskError('storage_failed', `${file} could not be written (${reason}).`, { cause });
  } finally {
    await rm(partial, { force: true });
  }
}

/** File systems that cannot give a file a second name, such as those of memory cards, say it by one of these. */
const NO_LINKS = ['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EXDEV'];

/** `rename` would replace; a link is refused when the name is taken. */
async function renameToFree(partial: string, file: string): Promise<void> {
  try {
    await link(partial, file);
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw taken(file);
    if (!NO_LINKS.includes(code)) throw cause;
    if ((await stat(file).catch(() => undefined)) !== undefined) throw taken(file);
    await rename(partial, file);
  }
}

function taken(file: string): TaskError {
  return new TaskError('output_exists', `${file} is there already; --force replaces it.`);
}

/**
 * Whether the output is there already, whole and newer than its image.
 * @throws TaskError `file_unreadable` when there is no image, `output_exists` when what is there is older or empty
 */
export async function isDone(input: string, output: string): Promise<boolean> {
  const [from, to] = await Promise.all([
    stat(input).catch(unreadable(input)),
    stat(output).catch(() => undefined),
  ]);
  if (to === undefined) return false;
  if (to.isFile() && to.size > 0 && to.mtimeMs >= from.mtimeMs) return true;
  throw new TaskError(
    'output_exists',
    `${output} is there already, but ${to.size === 0 ? 'empty' : 'older than the image'}; --force replaces it.`,
  );
}

export function unreadable(input: string) {
  return (cause: unknown): never => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new TaskError('file_unreadable', `${input} cannot be read (${reason}).`, { cause });
  };
}
