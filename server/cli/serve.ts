import { readConfig, type Config } from '../config.ts';
import { createLog } from '../log.ts';
import { serve } from '../serve.ts';
import { parseCommand, usage, type Command } from './command.ts';
import { EXIT } from './errors.ts';
import { makeSureOfWeights, untilStopAsked, withSentences } from './service.ts';

const help = `Usage: offcut serve [options]

Starts the server with its runners, after it has made sure that the default model's weights are there.

  --port N       port, 0 for any free one (PORT; default 5000)
  --host NAME    address to listen on (HOST; default 127.0.0.1, this machine only)
  --data FOLDER  where jobs and images are kept (OFFCUT_DATA_DIR; default ./data)
  --no-runner    accept jobs only; \`offcut runner\` works on them, here or on other machines (OFFCUT_RUNNERS=0)
  -h, --help     this text

Everything else is set by environment variables: docs/configuration.md.

Examples:
  offcut serve
  offcut serve --port 8080 --data /var/lib/offcut
`;

const OPTIONS = {
  port: { type: 'string' },
  host: { type: 'string' },
  data: { type: 'string' },
  'no-runner': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

export const serveCommand: Command = {
  summary: 'start the server',
  help,
  async run(args) {
    const { values, positionals } = parseCommand(args, OPTIONS, help);
    if (positionals.length > 0) throw usage(`"${positionals.join(' ')}" is not understood.`, help);
    const env = { ...process.env };
    if (values.port !== undefined) env.PORT = values.port;
    if (values.host !== undefined) env.HOST = values.host;
    if (values.data !== undefined) env.OFFCUT_DATA_DIR = values.data;
    if (values['no-runner'] === true) env.OFFCUT_RUNNERS = '0';
    return withSentences(() => runServer(readConfig(env)));
  },
};

async function runServer(config: Config): Promise<number> {
  const log = createLog(config.log);
  await makeSureOfWeights();
  const stopAsked = untilStopAsked(log);
  const server = await serve(config, log);
  announce(config, server.port);
  log.info({ event: 'server_started', host: config.host, port: server.port });
  await stopAsked;
  await server.stop();
  return EXIT.done;
}

function announce({ host, dataFolder }: Config, port: number): void {
  const open = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host;
  const url = `http://${open.includes(':') ? `[${open}]` : open}:${String(port)}`;
  console.log(`  page      ${url}/`);
  console.log(`  queue     curl -F images=@photo.jpg ${url}/queue/submit`);
  console.log(`  data      ${dataFolder}`);
  console.log(`Offcut is ready at ${url}`);
}
