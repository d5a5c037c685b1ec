import type { CommandHelp } from './describe-commands.ts';
import { CHOICES, type OptionHelp } from './help-text.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** Options whose value is a file or folder. */
const PATHS = ['FILE', 'FOLDER', 'PATH'];

export function completionFor(shell: Shell, commands: readonly CommandHelp[]): string {
  switch (shell) {
    case 'bash':
      return bash(commands);
    case 'zsh':
      return zsh(commands);
    case 'fish':
      return fish(commands);
    default:
      return shell satisfies never;
  }
}

const flags = ({ short, long }: OptionHelp) => [...(short === undefined ? [] : [`-${short}`]), `--${long}`];

/** For one option that takes a value, what completes it: words, nothing, or (undefined) files. */
function valuesOf({ long, value = '' }: OptionHelp): readonly string[] | undefined {
  return PATHS.includes(value) ? undefined : (CHOICES[long] ?? []);
}

const isTop = ({ name }: CommandHelp) => !name.includes(' ');
/** Not the name of one that has others below it: those come first, and the first match counts. */
const innerFirst = (commands: readonly CommandHelp[]) =>
  commands.toSorted((a, b) => Number(isTop(a)) - Number(isTop(b)));

function bash(commands: readonly CommandHelp[]): string {
  const cases = innerFirst(commands).map((command) => {
    const { name, options, below } = command;
    const valued = options.filter(({ value }) => value !== undefined);
    const values = valued.map((option) => {
      const words = valuesOf(option);
      const reply = words === undefined ? '-f' : `-W '${words.join(' ')}'`;
      return `        ${flags(option).join('|')}) COMPREPLY=($(compgen ${reply} -- "$word")); return ;;`;
    });
    return [
      `    ${isTop(command) ? `'${name} '*` : `'${name}'`})`,
      ...(values.length === 0 ? [] : ['      case "$before" in', ...values, '      esac']),
      ...(below.length === 0 ? [] : [`      [ "$COMP_CWORD" = 2 ] && words='${below.join(' ')}'`]),
      `      options='${options.flatMap(flags).join(' ')}' ;;`,
    ].join('\n');
  });
  const names = commands.filter(isTop).map(({ name }) => name);
  return `# bash completion of offcut; load it with: source <(offcut completion bash)
_offcut() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" options='' words=''
  COMPREPLY=()
  if [ "$COMP_CWORD" = 1 ]; then
    COMPREPLY=($(compgen -W '${names.join(' ')} --help --version' -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]} \${COMP_WORDS[2]}" in
${cases.join('\n')}
  esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *)
      if [ -n "$words" ]; then COMPREPLY=($(compgen -W "$words" -- "$word"))
      else COMPREPLY=($(compgen -f -- "$word"))
      fi ;;
  esac
}
complete -o filenames -F _offcut offcut
`;
}

/** Inside single quotes. */
const quoted = (text: string) => text.replaceAll("'", `'\\''`);

function zsh(commands: readonly CommandHelp[]): string {
  const cases = commands.filter(isTop).map(({ name, options, below }) => {
    const specs = options.map((option) => `      ${zshSpec(option)} \\`);
    const first = below.length === 0 ? '' : `'1:command:(${below.join(' ')})' `;
    return `    ${name})
      _arguments -s \\
${specs.join('\n')}
      ${first}'*:file:_files' ;;`;
  });
  const list = commands.filter(isTop).map(({ name, summary }) => `    '${name}:${quoted(summary)}'`);
  return `#compdef offcut
# zsh completion of offcut; load it with: source <(offcut completion zsh)
_offcut() {
  local -a commands=(
${list.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command="$words[2]"
  shift words
  (( CURRENT-- ))
  case "$command" in
${cases.join('\n')}
  esac
}
compdef _offcut offcut
`;
}

function zshSpec(option: OptionHelp): string {
  const names = flags(option);
  const text = quoted(option.text.replace(/[[\]:]/g, ' '));
  const words = valuesOf(option);
  const action = words === undefined ? '_files' : words.length > 0 ? `(${words.join(' ')})` : ' ';
  const value = option.value === undefined ? '' : `:${option.value}:${action}`;
  const [first = ''] = names;
  return names.length === 1 ? `'${first}[${text}]${value}'` : `{${names.join(',')}}'[${text}]${value}'`;
}

function fish(commands: readonly CommandHelp[]): string {
  const names = commands.map((command) => {
    const { name, summary } = command;
    const [outer = '', inner] = name.split(' ');
    const when = inner === undefined ? '__fish_use_subcommand' : `'__fish_seen_subcommand_from ${outer}'`;
    return `complete -c offcut -n ${when} -f -a ${inner ?? outer} -d '${fishQuoted(summary)}'`;
  });
  const options = commands.flatMap(({ name, options: each }) =>
    each.map((option) => fishOption(name, option)),
  );
  return `# fish completion of offcut; load it with: offcut completion fish | source
${[...names, ...options].join('\n')}
`;
}

const fishQuoted = (text: string) => text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");

function fishOption(command: string, option: OptionHelp): string {
  const { short, long, value, text } = option;
  const words = value === undefined ? undefined : valuesOf(option);
  const parts = [
    `complete -c offcut -n '${command
      .split(' ')
      .map((word) => `__fish_seen_subcommand_from ${word}`)
      .join('; and ')}'`,
    ...(short === undefined ? [] : [`-s ${short}`]),
    `-l ${long}`,
    ...(value === undefined
      ? []
      : [words === undefined ? '-r' : `-x${words.length > 0 ? ` -a '${words.join(' ')}'` : ''}`]),
    `-d '${fishQuoted(text)}'`,
  ];
  return parts.join(' ');
}
