import { createInterface } from 'node:readline/promises';
import type { ModelSpec } from '#matting/model.ts';
import { needsConsent } from '#models/registry.ts';
import { isInstalled } from '../../matting/weights.ts';
import { install } from '../../models/install.ts';
import { useProxyOfEnvironment } from '../../models/proxy.ts';
import { parseCommand, usage, type Command } from '../command.ts';
import { CliError, EXIT } from '../errors.ts';
import { untilInterrupted } from '../follow.ts';
import { bar, createProgress, type Progress } from '../progress.ts';
import { licenceWords, megabytes, MODELS_OPTIONS, requireModel } from './known.ts';

const help = `Usage: offcut models pull <id> [<id> ...] [options]

Downloads models. The licence of each is shown first, and has to be agreed to when it is not a permissive one. A
download that was interrupted goes on where it stopped, and a file counts only when its checksum is right.
Ends with 1 when a model could not be fetched, 130 after Ctrl-C.

  --yes          agree to the licence, for scripts
  -h, --help     this text

HTTPS_PROXY, HTTP_PROXY and NO_PROXY are honoured. MODELS_MIRROR is the address of a folder that is asked first; the
files are there by the names that \`offcut models list --json\` gives.

Examples:
  offcut models pull isnet-general-use
  offcut models pull isnet-small --yes
  MODELS_MIRROR=https://mirror.example/offcut offcut models pull u2net silueta
`;

const OPTIONS = { ...MODELS_OPTIONS, yes: { type: 'boolean', short: 'y' } } as const;

export const pull: Command = {
  summary: 'download models',
  help,
  async run(args) {
    const { values, positionals } = parseCommand(args, OPTIONS, help);
    if (positionals.length === 0) throw usage('Name at least one model.', help);
    const models = await Promise.all(positionals.map(requireModel));
    useProxyOfEnvironment();
    const interrupted = untilInterrupted();
    try {
      for (const model of models) await pullOne(model, values.yes ?? false, interrupted.signal);
      return EXIT.done;
    } catch (cause) {
      if (!interrupted.signal.aborted) throw cause;
      console.error('Stopped. The same command goes on from here.');
      return EXIT.interrupted;
    } finally {
      interrupted.done();
    }
  },
};

async function pullOne(model: ModelSpec, agreed: boolean, signal: AbortSignal): Promise<void> {
  if (model.sources.length === 0) {
    if (await isInstalled(model)) return console.log(`${model.id} is one of your own, and installed.`);
    throw new CliError(
      EXIT.failed,
      `${model.id} is one of your own. Add its file with \`offcut models add\`.`,
    );
  }
  console.log(`${model.id}: ${model.title}, ${megabytes(model.bytes)}`);
  console.log(`  licence   ${licenceWords(model)}, ${model.licenceUrl}`);
  if (model.licenceNote !== undefined) console.log(`  note      ${model.licenceNote}`);
  if (!model.verified) console.log('  checksum  as published; this project has not had the file itself');
  if (needsConsent(model) && !agreed) await askForConsent(model, signal);
  const progress = createProgress();
  try {
    const file = await install(model, { signal, onProgress: shown(model, progress) });
    progress.end();
    console.log(`${model.id} is installed at ${file}`);
  } catch (cause) {
    progress.end();
    signal.throwIfAborted();
    throw new CliError(EXIT.failed, cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

async function askForConsent({ id, licence }: ModelSpec, signal: AbortSignal): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new CliError(
      EXIT.usage,
      `${id} is under ${licence}. Agree to it with --yes to download the model.`,
    );
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`Download it under ${licence}? [y/N] `, { signal });
  terminal.close();
  if (!/^y(es)?$/i.test(answer.trim())) throw new CliError(EXIT.failed, 'Nothing was downloaded.');
}

/** A log has room for ten lines, a terminal shows every percent. */
function shown({ bytes }: ModelSpec, progress: Progress): (received: number) => void {
  const step = process.stdout.isTTY ? 0.01 : 0.1;
  return (received) => {
    const share = Math.floor(received / bytes / step) * step;
    progress.show(`${bar(share)} ${megabytes(Math.round(share * bytes))} of ${megabytes(bytes)}`);
  };
}
