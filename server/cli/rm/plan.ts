import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { JobOptions } from '#queue/options.ts';
import { usage } from '../command.ts';
import { CliError, EXIT } from '../errors.ts';
import type { Found } from './find.ts';
import type { Task } from './outcome.ts';

const ENDINGS = { png: 'png', webp: 'webp', jpeg: 'jpg' } as const satisfies Record<
  JobOptions['format'],
  string
>;
const FORMATS: Readonly<Record<string, JobOptions['format']>> = {
  '.png': 'png',
  '.webp': 'webp',
  '.jpg': 'jpeg',
  '.jpeg': 'jpeg',
};

/** Where results go: one file, a folder, or beside each image as `NAME-cutout.png`. */
export type Destination =
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'beside' }
  | { readonly kind: 'stdout' };

/** What `-o` means for these arguments: a folder, unless one single file becomes another. */
export async function destinationOf(
  output: string | undefined,
  inputs: readonly string[],
): Promise<Destination> {
  const [first = ''] = inputs;
  if (output === undefined) return first === '-' ? { kind: 'stdout' } : { kind: 'beside' };
  if (output === '-') return { kind: 'stdout' };
  const [to, from] = await Promise.all([output, first].map((name) => stat(name).catch(() => undefined)));
  const toFolder = to?.isDirectory() ?? /[\\/]$/.test(output);
  const single = inputs.length === 1 && (first === '-' || (from?.isFile() ?? false));
  if (single) return toFolder ? { kind: 'folder', path: output } : { kind: 'file', path: output };
  if (to === undefined || toFolder) return { kind: 'folder', path: output };
  throw new CliError(EXIT.usage, `${output} is a file. Several results need a folder.`);
}

/**
 * The format: `--format`, else the ending of the output file, else PNG.
 * @throws CliError when the two contradict each other, or the ending says nothing
 */
export function formatFor(destination: Destination, wanted: string | undefined, help: string): string {
  if (destination.kind !== 'file') return wanted ?? 'png';
  const ending = path.extname(destination.path).toLowerCase();
  const meant = FORMATS[ending];
  if (wanted === undefined && meant === undefined) {
    throw usage(`${destination.path} does not end in .png, .webp or .jpg: say --format.`, help);
  }
  if (wanted !== undefined && meant !== undefined && meant !== wanted) {
    throw usage(`${destination.path} ends in ${ending}, and --format says ${wanted}.`, help);
  }
  return wanted ?? meant ?? 'png';
}

/** Gives each image the file that it becomes. */
export type Planner = (image: Found) => Task;

/**
 * Names are the same in every run, which is what makes a batch resumable: of `a.jpg` and `a.webp` in one folder the
 * first becomes `a.png` and the second `a.webp.png`.
 */
export function createPlanner(destination: Destination, { format, output }: JobOptions): Planner {
  const owners = new Map<string, string>();
  const suffix = destination.kind === 'beside' ? `-${output}` : '';
  return ({ path: input, place }) => {
    if (destination.kind === 'file') return { input, output: destination.path };
    const target = destination.kind === 'folder' ? path.join(destination.path, place) : input;
    const { dir, name, base } = path.parse(target);
    const [first, second] = [name, base].map((stem) => path.join(dir, `${stem}${suffix}.${ENDINGS[format]}`));
    const file = (owners.get(first ?? '') ?? input) === input ? first : second;
    owners.set(file ?? '', input);
    return { input, output: file ?? '' };
  };
}

/** Whether an image is a result of an earlier run: in an output folder that lies among the images, or beside one. */
export function isResult(
  { path: file, place }: Found,
  destination: Destination,
  { output }: JobOptions,
): boolean {
  switch (destination.kind) {
    case 'beside':
      return path.parse(file).name.endsWith(`-${output}`);
    case 'folder': {
      const root = path.resolve(file, ...place.split(/[\\/]/).map(() => '..'));
      return isInside(file, destination.path) && isInside(destination.path, root);
    }
    case 'file':
    case 'stdout':
      return false;
    default:
      return destination satisfies never;
  }
}

/** False for the folder itself. */
function isInside(file: string, folder: string): boolean {
  const relative = path.relative(folder, file);
  return relative !== '' && !relative.startsWith('..') && !path.isAbsolute(relative);
}
