import { SvelteMap } from 'svelte/reactivity';
import { LANGUAGES, LOADERS, type LanguageChoice } from './languages.ts';
import {
  type Message,
  type Messages,
  type Parameters,
  type ParameterOf,
  piecesOf,
  sentenceFor,
} from './message.ts';
import type { English } from './messages/en.ts';
import { first } from './messages/first-en.ts';

export type TextKey = keyof English;

/** Texts without parameters, for what takes the key of one. */
export type PlainTextKey = {
  [K in TextKey]: ParameterOf<English[K]> extends never ? K : never;
}[TextKey];

interface Speech extends LanguageChoice {
  readonly messages: Readonly<Partial<Record<TextKey, Message>>>;
  readonly plurals: () => Intl.PluralRules;
  readonly numbers: () => Intl.NumberFormat;
}

/** The English texts that are at hand. */
const english: Partial<Record<TextKey, Message>> = { ...first };
const inEnglish: Speech = speechOf({ language: 'en', locale: 'en' }, english);

/** One entry, `now`. A reactive map and not a rune, so that plain modules (and their tests in Node) may speak. */
const speech = new SvelteMap<'now', Speech>([['now', inEnglish]]);

/** First strong isolate, and its end: a file name in Latin letters does not reorder an Arabic sentence. */
const ISOLATE = ['\u2068', '\u2069'] as const;

type Rest<K extends TextKey> =
  ParameterOf<English[K]> extends never ? [] : [parameters: Parameters<English[K]>];

/**
 * A text of the page in the language that it speaks now. Whatever shows it in a component is written again when the
 * language changes.
 */
export function t<K extends TextKey>(key: K, ...[parameters]: Rest<K>): string {
  const values: Readonly<Record<string, string | number>> = parameters ?? {};
  return textPieces(key, values.count)
    .map((piece, at) => (at % 2 === 0 ? piece : valueText(values[piece] ?? '')))
    .join('');
}

/**
 * Brings the English texts of a part of the page that is loaded when it is wanted. To be called by the module that is
 * loaded then, before any of its components.
 */
export function addEnglish(texts: Messages): void {
  Object.assign(english, texts);
}

/** Whether there is such a text in the language that the page speaks, for names that come from elsewhere. */
export function isTextKey(key: string): key is TextKey {
  return Object.hasOwn(now().messages, key);
}

/** The pieces of a text (see `piecesOf`), for texts that hold elements: `Text.svelte` puts them together. */
export function textPieces(key: TextKey, count?: unknown): string[] {
  const { messages, plurals } = now();
  return piecesOf(sentenceFor(messages[key] ?? english[key] ?? key, count, plurals));
}

function valueText(value: string | number): string {
  const { numbers, language } = now();
  if (typeof value === 'number') return numbers().format(value);
  return LANGUAGES[language].direction === 'rtl' ? ISOLATE.join(value) : value;
}

/** The language that the page speaks, and the locale of its numbers and dates. */
export function spoken(): LanguageChoice {
  return now();
}

/** Speaks another language from now on; its texts are loaded first. Rejects when they cannot be. */
export async function speak(choice: LanguageChoice): Promise<void> {
  const { language } = choice;
  speech.set('now', speechOf(choice, language === 'en' ? english : await LOADERS[language]()));
}

function now(): Speech {
  return speech.get('now') ?? inEnglish;
}

/** The rules are made when they are needed first: they cost a phone a tenth of a second, and a first page counts nothing. */
function speechOf(choice: LanguageChoice, messages: Speech['messages']): Speech {
  const { locale } = choice;
  let plurals: Intl.PluralRules | undefined;
  let numbers: Intl.NumberFormat | undefined;
  return {
    ...choice,
    messages,
    plurals: () => (plurals ??= new Intl.PluralRules(locale)),
    numbers: () => (numbers ??= new Intl.NumberFormat(locale)),
  };
}
