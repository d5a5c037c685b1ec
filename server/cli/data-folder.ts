import { ConfigError, readConfig, type Config } from '../config.ts';
import { CliError, EXIT } from './errors.ts';

/** Options of the commands that work on a data folder directly. */
export const DATA_OPTIONS = {
  data: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export const DATA_HELP = `  --data FOLDER  the server's data folder (OFFCUT_DATA_DIR; default ./data)
  --json         print JSON, for programs
  -h, --help     this text`;

/** @throws CliError for settings that cannot be used */
export function configOf(data: string | undefined): Config {
  try {
    return readConfig(data === undefined ? process.env : { ...process.env, OFFCUT_DATA_DIR: data });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new CliError(EXIT.usage, error.message, { cause: error });
  }
}

export interface LocalData {
  readonly dataFolder: string;
  readonly blobsFolder: string;
}

/**
 * Store and images, when both are on this machine.
 * @throws CliError that says what to use instead
 */
export function localData(data: string | undefined): LocalData {
  const config = configOf(data);
  const remedies = [
    ...(config.database.kind === 'postgres'
      ? ['the queue with pg_dump and pg_restore (DATABASE_URL is set)']
      : []),
    ...(config.blobs.kind === 's3'
      ? ["the images with the bucket's own versions or copies (BLOBS is set)"]
      : []),
  ];
  if (config.blobs.kind === 'disk' && remedies.length === 0) {
    return { dataFolder: config.dataFolder, blobsFolder: config.blobs.folder };
  }
  throw new CliError(
    EXIT.failed,
    `This command is for servers that keep everything on one machine. Back up and restore ${remedies.join(', and ')}, the queue first, so that all its images are there. docs/operations.md has the commands.`,
  );
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}
