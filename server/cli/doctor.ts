import { createRedactor } from '../log-redaction.ts';
import { examine, type Diagnosis } from '../doctor/doctor.ts';
import { parseCommand, printJson, usage, type Command } from './command.ts';
import { DATA_HELP, DATA_OPTIONS } from './data-folder.ts';
import { EXIT } from './errors.ts';

const help = `Usage: offcut doctor [options]

Looks at all that the server needs, with the settings that it would start with: Node and native modules, cores and
memory, the data folder and the queue in it, other storage, the clock, the port, and the model with one real image.
Says of each thing that is wrong what to do. Ends with 1 when anything failed; a warning is no failure.

${DATA_HELP}

Examples:
  offcut doctor
  offcut doctor --data /var/lib/offcut --json
`;

export const doctor: Command = {
  summary: 'check all that the server needs',
  help,
  async run(args) {
    const { values, positionals } = parseCommand(args, DATA_OPTIONS, help);
    if (positionals.length > 0) throw usage(`"${positionals.join(' ')}" is not understood.`, help);
    const env = values.data === undefined ? process.env : { ...process.env, OFFCUT_DATA_DIR: values.data };
    // Reports are pasted into issues.
    const withoutSecrets = createRedactor(env);
    const all: Diagnosis[] = [];
    for await (const diagnosis of examine(env)) {
      all.push(diagnosis);
      if (!values.json) console.log(withoutSecrets(inLines(diagnosis)));
    }
    const healthy = all.every(({ status }) => status !== 'fail');
    if (values.json) printJson(JSON.parse(withoutSecrets(JSON.stringify({ healthy, checks: all }))));
    return healthy ? EXIT.done : EXIT.failed;
  },
};

const MARKS = { ok: 'ok  ', warn: 'WARN', fail: 'FAIL' } as const;

function inLines(diagnosis: Diagnosis): string {
  const line = `${MARKS[diagnosis.status]}  ${diagnosis.check.padEnd(15)} ${diagnosis.detail}`;
  return diagnosis.status === 'ok' ? line : `${line}\n${' '.repeat(22)}${diagnosis.remedy}`;
}
