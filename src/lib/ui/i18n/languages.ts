import type { Translation } from './translation.ts';

/** Every language that the page speaks, by the name that it gives itself. English is part of the first load. */
export const LANGUAGES = {
  en: { name: 'English', direction: 'ltr' },
  de: { name: 'Deutsch', direction: 'ltr' },
  ar: { name: 'العربية', direction: 'rtl' },
} as const satisfies Record<string, { name: string; direction: 'ltr' | 'rtl' }>;

export type Language = keyof typeof LANGUAGES;

export const LOADERS = {
  de: async () => (await import('./messages/de.ts')).de,
  ar: async () => (await import('./messages/ar.ts')).ar,
} as const satisfies Record<Exclude<Language, 'en'>, () => Promise<Translation>>;

export function isLanguage(tag: string): tag is Language {
  return Object.hasOwn(LANGUAGES, tag);
}

/** The language of a tag such as `de-CH`, if the page speaks it. */
export function languageOf(tag: string): Language | undefined {
  const base = tag.toLowerCase().split('-')[0] ?? '';
  return isLanguage(base) ? base : undefined;
}

export interface LanguageChoice {
  readonly language: Language;
  /** How numbers and dates are written: the user's own region of the language, where it is known. */
  readonly locale: string;
}

/** @param chosen what the user set, else empty; @param preferred tags, the most wanted first (`navigator.languages`) */
export function chooseLanguage(chosen: string, preferred: readonly string[]): LanguageChoice {
  const first = preferred.map(languageOf).find((language) => language !== undefined);
  const language = languageOf(chosen) ?? first ?? 'en';
  return { language, locale: preferred.find((tag) => languageOf(tag) === language) ?? language };
}
