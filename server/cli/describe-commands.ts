import type { Command } from './command.ts';
import { readHelp, type HelpText } from './help-text.ts';

export interface CommandHelp extends HelpText {
  readonly name: string;
  readonly summary: string;
}

/** All commands, by their own words. */
export async function describeCommands(
  commands: Readonly<Record<string, () => Promise<Command>>>,
): Promise<CommandHelp[]> {
  return Promise.all(
    Object.entries(commands).map(async ([name, load]) => {
      const { summary, help } = await load();
      return { name, summary, ...readHelp(help) };
    }),
  );
}
