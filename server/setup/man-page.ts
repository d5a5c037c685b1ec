/** Writes docs/offcut.1 from what `--help` says. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { COMMANDS } from '../cli/commands.ts';
import { describeCommands, type CommandHelp } from '../cli/describe-commands.ts';
import type { OptionHelp } from '../cli/help-text.ts';
import { PROJECT_FOLDER } from '../config.ts';
import { VERSION } from '../version.ts';

export const MAN_PAGE = path.join(PROJECT_FOLDER, 'docs/offcut.1');

/** The manual in roff, with man's macros. */
export async function manPage(): Promise<string> {
  const commands = await describeCommands(COMMANDS);
  return [
    `.TH OFFCUT 1 "" "Offcut ${VERSION}" "User Commands"`,
    '.SH NAME',
    'offcut \\- remove the background of photos',
    '.SH SYNOPSIS',
    ...commands.flatMap(({ usage }, index) => [...(index > 0 ? ['.br'] : []), `.B ${roff(usage)}`]),
    '.SH COMMANDS',
    ...commands.flatMap(section),
    '.SH EXIT STATUS',
    ...EXIT_CODES.flatMap(([code, meaning]) => ['.TP', `.B ${code}`, roff(meaning)]),
    '.SH ENVIRONMENT',
    '.TP',
    '.B OFFCUT_SERVER',
    'The server that the client commands talk to.',
    '.TP',
    '.B OFFCUT_KEY',
    'The API key that they show it.',
    '.PP',
    roff('docs/configuration.md has the variables that the server reads.'),
    '',
  ].join('\n');
}

const EXIT_CODES = [
  ['0', 'done'],
  ['1', 'an image or job failed, the server refused, or it could not start'],
  ['2', 'a mistake in the call or in the configuration'],
  ['3', 'no server answers'],
  ['130', 'left with Ctrl-C'],
] as const;

function section({ name, summary, paragraphs, options, examples }: CommandHelp): string[] {
  return [
    `.SS ${roff(name)}`,
    roff(`${summary[0]?.toUpperCase() ?? ''}${summary.slice(1)}.`),
    ...paragraphs.flatMap((paragraph) => ['.PP', roff(paragraph)]),
    ...options.flatMap((option) => ['.TP', optionLine(option), roff(option.text)]),
    ...(examples.length === 0 ? [] : ['.PP', 'Examples:', '.PP', '.nf', ...examples.map(roff), '.fi']),
  ];
}

function optionLine({ short, long, value }: OptionHelp): string {
  const names = [...(short === undefined ? [] : [`-${short}`]), `--${long}`].map(
    (name) => `\\fB${roff(name)}\\fR`,
  );
  return `${names.join(', ')}${value === undefined ? '' : ` \\fI${value}\\fR`}`;
}

/** Nothing of the text is a command, and dashes stay what is typed. */
function roff(text: string): string {
  return (
    text
      .replaceAll('\\', '\\e')
      .replaceAll('-', '\\-')
      // Not every roff reads UTF-8.
      .replaceAll(
        /[^\x00-\x7f]/gu,
        (char) => `\\[u${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
      )
      .replace(/^([.'])/, '\\&$1')
  );
}

if (import.meta.main) await writeFile(MAN_PAGE, await manPage());
