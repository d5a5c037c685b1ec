import path from 'node:path';
import { restore } from '../backup/restore.ts';
import { inWords } from './backup.ts';
import { parseCommand, printJson, usage, type Command } from './command.ts';
import { DATA_HELP, DATA_OPTIONS, localData, megabytes } from './data-folder.ts';
import { EXIT } from './errors.ts';

const help = `Usage: offcut restore <file.tar|folder> [options]

Puts a backup into an empty data folder, after all its checksums were compared. Images that were in work wait again,
and the next \`offcut serve\` on that folder goes on with them. A folder that a server uses is never touched.

  --replace      put what the data folder has aside, into a folder replaced-… in it
${DATA_HELP}

Examples:
  offcut restore /mnt/backup/offcut-2026-01-31.tar --data /var/lib/offcut
`;

export const restoreCommand: Command = {
  summary: 'put a backup into a data folder',
  help,
  async run(args) {
    const options = { ...DATA_OPTIONS, replace: { type: 'boolean' } } as const;
    const { values, positionals } = parseCommand(args, options, help);
    const [from, ...more] = positionals;
    if (from === undefined || more.length > 0) throw usage('Name one backup.', help);
    const data = localData(values.data);
    try {
      const replace = values.replace ?? false;
      const report = await restore({ ...data, from: path.resolve(from), replace, now: Date.now });
      if (values.json) printJson({ ...report, data_folder: data.dataFolder });
      else {
        const waiting = report.requeued === 0 ? '' : `, ${String(report.requeued)} images in work wait again`;
        console.log(
          `${data.dataFolder} has ${String(report.jobs)} jobs as of ${report.taken_at} (${megabytes(report.bytes)})${waiting}.`,
        );
      }
      return EXIT.done;
    } catch (error) {
      throw inWords(error);
    }
  },
};
