import { readConfig, type Config } from '../config.ts';
import { createLog } from '../log.ts';
import { work } from '../work.ts';
import { parseCommand, usage, type Command } from './command.ts';
import { CliError, EXIT } from './errors.ts';
import { makeSureOfWeights, untilStopAsked, withSentences } from './service.ts';

const help = `Usage: offcut runner [options]

Works on the queue of a server without answering requests: on the data folder of one on this machine, or, with
DATABASE_URL and BLOBS set as they are there, on any number of machines. SIGTERM has it finish what it has in hand.

  --runners N    runner processes (OFFCUT_RUNNERS; default one for each core, up to 4)
  --data FOLDER  where jobs and images are kept (OFFCUT_DATA_DIR; default ./data)
  -h, --help     this text

Everything else is set by environment variables: docs/configuration.md. How to grow: docs/scaling.md.

Examples:
  offcut serve --no-runner & offcut runner
  DATABASE_URL=postgres://offcut:…@db/offcut BLOBS=s3://images offcut runner --runners 4
`;

const OPTIONS = {
  runners: { type: 'string' },
  data: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

export const runnerCommand: Command = {
  summary: 'work on the queue of a server, here or on other machines',
  help,
  async run(args) {
    const { values, positionals } = parseCommand(args, OPTIONS, help);
    if (positionals.length > 0) throw usage(`"${positionals.join(' ')}" is not understood.`, help);
    const env = { ...process.env };
    if (values.runners !== undefined) env.OFFCUT_RUNNERS = values.runners;
    if (values.data !== undefined) env.OFFCUT_DATA_DIR = values.data;
    return withSentences(() => runRunners(readConfig(env)));
  },
};

async function runRunners(config: Config): Promise<number> {
  if (config.runners === 0) {
    throw new CliError(
      EXIT.usage,
      'OFFCUT_RUNNERS=0 would leave nobody to work. Set it to 1 or more, or use --runners.',
    );
  }
  const log = createLog(config.log);
  await makeSureOfWeights();
  const stopAsked = untilStopAsked(log);
  const runners = await work(config, log);
  console.log(`Offcut works on the queue with ${String(config.runners)} runner(s).`);
  log.info({ event: 'runners_started', runners: config.runners });
  await stopAsked;
  await runners.stop();
  return EXIT.done;
}
