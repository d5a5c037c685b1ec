import { EXIT } from './errors.ts';
import { usage, type Command } from './command.ts';

/** Each in a file of its own, loaded when it is called. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  list: async () => (await import('./models/list.ts')).list,
  pull: async () => (await import('./models/pull.ts')).pull,
  verify: async () => (await import('./models/verify.ts')).verify,
  remove: async () => (await import('./models/remove.ts')).remove,
  add: async () => (await import('./models/add.ts')).add,
};

const help = `Usage: offcut models <command> [options]

Manages the models of this machine, in OFFCUT_MODELS_DIR (default: models/cache). A server that runs here uses them at
once, and its page offers them to browsers.

  list                list the models that there are, and which are installed
  pull <id> [...]     download models
  verify [<id> ...]   check the files of installed models
  remove <id> [...]   delete models
  add <file.onnx>     install a model of your own

\`offcut models <command> --help\` shows its options.

Examples:
  offcut models list
  offcut models pull isnet-general-use
  offcut models add mine.onnx --id mine --size 320x320 --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225
`;

export const models: Command = {
  summary: 'list, download, check, delete and add models',
  help,
  commands: COMMANDS,
  async run(args) {
    const [name] = args;
    if (name !== undefined) throw usage(`There is no command "models ${name}".`, help);
    console.log(help.trimEnd());
    return EXIT.usage;
  },
};
