import path from 'node:path';
import { backUp } from '../backup/backup.ts';
import { BackupError } from '../backup/errors.ts';
import { checkBackup } from '../backup/restore.ts';
import { StoreOpenError } from '../stores/sqlite/errors.ts';
import { parseCommand, printJson, usage, type Command } from './command.ts';
import { DATA_HELP, DATA_OPTIONS, localData, megabytes } from './data-folder.ts';
import { CliError, EXIT } from './errors.ts';

const help = `Usage: offcut backup <file.tar|folder> [options]

Copies the queue and all images of a server, which may be running: first the queue at one moment, then the images of
each of its jobs. Every file gets a checksum. Nothing is replaced, and what is there under the name is whole.

  --check        read a backup that is there, and compare all its checksums
${DATA_HELP}

Examples:
  offcut backup /mnt/backup/offcut-$(date +%F).tar --data /var/lib/offcut
  offcut backup --check /mnt/backup/offcut-2026-01-31.tar
`;

export const backup: Command = {
  summary: 'copy queue and images of a running server',
  help,
  async run(args) {
    const { values, positionals } = parseCommand(args, { ...DATA_OPTIONS, check: { type: 'boolean' } }, help);
    const [to, ...more] = positionals;
    if (to === undefined || more.length > 0) throw usage('Name one file or folder.', help);
    try {
      return values.check ? await check(to, values.json) : await make(to, values.data, values.json);
    } catch (error) {
      throw inWords(error);
    }
  },
};

async function make(name: string, data: string | undefined, json = false): Promise<number> {
  const to = path.resolve(name);
  const report = await backUp({ ...localData(data), to, now: Date.now });
  if (json) printJson({ ...report, to });
  else console.log(`${to}: ${about(report)}`);
  if (report.missing.length === 0) return EXIT.done;
  console.error(
    `${String(report.missing.length)} files were missing in the data folder already, such as ${report.missing[0] ?? ''}. Their images will fail with "input_lost"; the backup has everything else.`,
  );
  return EXIT.failed;
}

async function check(name: string, json = false): Promise<number> {
  const from = path.resolve(name);
  const manifest = await checkBackup(from);
  if (json) printJson({ ...manifest, from });
  else console.log(`${from} is whole: ${about(manifest)}, taken at ${manifest.taken_at}`);
  return EXIT.done;
}

function about({ jobs, files, bytes }: { jobs: number; files: number; bytes: number }): string {
  return `${String(jobs)} jobs, ${String(files)} files, ${megabytes(bytes)}`;
}

/** Errors whose message tells the user what to do end the command; any other is a fault of ours. */
export function inWords(error: unknown): unknown {
  if (!(error instanceof BackupError) && !(error instanceof StoreOpenError)) return error;
  return new CliError(EXIT.failed, error.message, { cause: error });
}
