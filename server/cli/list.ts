import type { JobWire } from '#queue/wire.ts';
import { openClient } from './client.ts';
import { CLIENT_HELP, CLIENT_OPTIONS, parseCommand, printJson, usage, type Command } from './command.ts';
import { EXIT } from './errors.ts';

const help = `Usage: offcut list [options]

Lists jobs, the newest first.

  --status S     only pending, processing, completed, failed or cancelled ones
  --limit N      how many, 1 to 100 (default 20)
${CLIENT_HELP}

Examples:
  offcut list
  offcut list --status failed --limit 5
`;

const OPTIONS = { ...CLIENT_OPTIONS, status: { type: 'string' }, limit: { type: 'string' } } as const;

export const list: Command = {
  summary: 'list jobs',
  help,
  async run(args) {
    const { values, positionals } = parseCommand(args, OPTIONS, help);
    if (positionals.length > 0) throw usage(`"${positionals.join(' ')}" is not understood.`, help);
    const { status, limit } = values;
    if (limit !== undefined && !/^\d+$/.test(limit)) throw usage(`--limit ${limit} is no number.`, help);
    const page = await openClient(values).list({
      ...(status !== undefined && { status }),
      ...(limit !== undefined && { limit: Number(limit) }),
    });
    if (values.json) printJson(page);
    else
      console.log(
        [...page.jobs.map(line), `${String(page.jobs.length)} of ${String(page.total)} jobs`].join('\n'),
      );
    return EXIT.done;
  },
};

function line({ id, status, progress, created_at: createdAt, filenames }: JobWire): string {
  const count = `${String(progress.processed)}/${String(progress.total)}`;
  const more = filenames.length > 1 ? ` and ${String(filenames.length - 1)} more` : '';
  const when = createdAt.slice(0, 19).replace('T', ' ');
  return `${id}  ${status.padEnd(10)}  ${count.padStart(7)}  ${when}  ${filenames[0] ?? ''}${more}`;
}
