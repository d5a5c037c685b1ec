import type { Command } from './command.ts';
import { readHelp, type HelpText } from './help-text.ts';

export type Commands = Readonly<Record<string, () => Promise<Command>>>;

export interface CommandHelp extends HelpText {
  /** As it is typed after `offcut`, such as `rm` or `models pull`. */
  readonly name: string;
  readonly summary: string;
  /** Names of the commands below it. */
  readonly below: readonly string[];
}

/** All commands by their own words, each before those below it. */
export async function describeCommands(commands: Commands, under = ''): Promise<CommandHelp[]> {
  const described = Object.entries(commands).map(async ([word, load]) => {
    const { summary, help, commands: inner = {} } = await load();
    const name = `${under}${word}`;
    const own: CommandHelp = { name, summary, below: Object.keys(inner), ...readHelp(help) };
    return [own, ...(await describeCommands(inner, `${name} `))];
  });
  return (await Promise.all(described)).flat();
}
