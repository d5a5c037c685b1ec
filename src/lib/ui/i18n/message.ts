/*
 * What a text of the page may look like. Texts are data: a sentence, or one sentence a plural form. `{name}` stands for
 * a parameter; numbers are written as the language writes them.
 */

/** The form is chosen by the parameter `count`, by the rules of the language (`Intl.PluralRules`). */
export type PluralForms = { readonly other: string } & {
  readonly [Form in Exclude<Intl.LDMLPluralRule, 'other'>]?: string;
};
export type Message = string | PluralForms;
export type Messages = Readonly<Record<string, Message>>;

type NamesIn<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | NamesIn<Rest>
  : never;

/** Names of the parameters of a message; a plural always has `count`. */
export type ParameterOf<M extends Message> = M extends string
  ? NamesIn<M>
  : M extends Readonly<Record<string, string>>
    ? 'count' | NamesIn<M[keyof M]>
    : never;

export type Parameters<M extends Message> = {
  readonly [Name in ParameterOf<M>]: Name extends 'count' ? number : string | number;
};

const PLACEHOLDER = /\{(\w+)\}/;

/** A sentence in pieces: text at even places, names of parameters at odd ones. */
export function piecesOf(sentence: string): string[] {
  return sentence.split(PLACEHOLDER);
}

/** The sentence of a message for a count, where it has several. */
export function sentenceFor(message: Message, count: unknown, rules: () => Intl.PluralRules): string {
  if (typeof message === 'string') return message;
  return message[rules().select(Number(count))] ?? message.other;
}
