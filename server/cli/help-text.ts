import { MODELS } from '#models/registry.ts';

/** An option as its line of `--help` says it. */
export interface OptionHelp {
  /** One letter, without its dash. */
  readonly short: string | undefined;
  readonly long: string;
  /** What stands for its value, such as `FOLDER`; undefined for a switch. */
  readonly value: string | undefined;
  readonly text: string;
}

export interface HelpText {
  readonly usage: string;
  /** The sentences between usage and examples, each paragraph in one line. */
  readonly paragraphs: readonly string[];
  readonly options: readonly OptionHelp[];
  /** As they would be typed. */
  readonly examples: readonly string[];
}

const OPTION = /^ {2}(?:-(\w), )?--([a-z-]+)(?: (\S+))? {2,}(.*)$/;
const CONTINUED = /^ {6,}(\S.*)$/;

/**
 * Takes the text of `--help` apart. It is the one place that describes a command; the completions of shells and the
 * manual are made from it.
 */
export function readHelp(help: string): HelpText {
  const [body = '', examples = ''] = help.split(/^Examples:\n/m);
  const options: OptionHelp[] = [];
  const paragraphs: string[] = [];
  let paragraph: string[] = [];
  const endParagraph = () => {
    if (paragraph.length > 0) paragraphs.push(paragraph.join(' '));
    paragraph = [];
  };
  for (const line of body.split('\n')) {
    const [, short, long, value, text = ''] = OPTION.exec(line) ?? [];
    const last = options.at(-1);
    const [, more] = CONTINUED.exec(line) ?? [];
    if (long !== undefined) options.push({ short, long, value, text });
    else if (more !== undefined && last !== undefined)
      options.splice(-1, 1, { ...last, text: `${last.text} ${more}` });
    else if (line === '') endParagraph();
    else paragraph.push(line.trim());
  }
  endParagraph();
  const [usage = '', ...rest] = paragraphs;
  return {
    usage: usage.replace(/^Usage: /, ''),
    paragraphs: rest,
    options,
    examples: examples
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  };
}

/** Values that an option can have, for the few whose values are known. */
export const CHOICES: Readonly<Record<string, readonly string[]>> = {
  model: MODELS.map(({ id }) => id),
  format: ['png', 'webp', 'jpeg'],
  output: ['cutout', 'mask'],
  background: ['transparent', 'blur'],
  status: ['pending', 'processing', 'completed', 'failed', 'cancelled'],
};
