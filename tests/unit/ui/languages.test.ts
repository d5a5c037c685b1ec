import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'svelte/compiler';
import { afterEach, describe, expect, test } from 'vitest';
import { bytesText, durationText, percentText } from '../../../src/lib/ui/i18n/format.ts';
import { chooseLanguage, LANGUAGES, LOADERS } from '../../../src/lib/ui/i18n/languages.ts';
import type { Translation } from '../../../src/lib/ui/i18n/translation.ts';
import { type Message, type Messages, piecesOf } from '../../../src/lib/ui/i18n/message.ts';
import { en } from '../../../src/lib/ui/i18n/messages/en.ts';
import { first } from '../../../src/lib/ui/i18n/messages/first-en.ts';
import { addEnglish, speak, t, type TextKey } from '../../../src/lib/ui/i18n/text.ts';
import { keysOf } from '../../../src/lib/ui/parts/keys-of.ts';
import { failureWords } from '../../../src/lib/ui/state/words.ts';
import { fromRoot } from '../../support/run-script.ts';

const sentencesOf = (message: Message) => (typeof message === 'string' ? [message] : Object.values(message));

/** Parameters of a message; every plural form may leave out `count` ("one image"). */
function parametersOf(message: Message): string[] {
  const names = sentencesOf(message).flatMap((text) => piecesOf(text).filter((_, at) => at % 2 === 1));
  return [...new Set(typeof message === 'string' ? names : [...names, 'count'])].sort();
}

const translations: [string, Translation][] = await Promise.all(
  keysOf(LOADERS).map(async (language): Promise<[string, Translation]> => [
    language,
    await LOADERS[language](),
  ]),
);

afterEach(() => speak({ language: 'en', locale: 'en' }));

describe.each<[string, Messages]>([['en', en], ...translations])('texts in %s', (language, messages) => {
  test('are there for every key, and for no other', () => {
    expect(Object.keys(messages).sort()).toEqual(Object.keys(en).sort());
  });

  test('have the parameters of the English ones', () => {
    const differing = keysOf(en)
      .filter((key) => messages[key] !== undefined)
      .map((key) => [key, parametersOf(messages[key] ?? ''), parametersOf(en[key])] as const)
      .filter(([, its, english]) => its.join() !== english.join());
    expect(differing).toEqual([]);
  });

  test('have exactly the plural forms that the language knows', () => {
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories.toSorted();
    const wrong = Object.entries(messages).filter(
      ([, message]) => typeof message !== 'string' && Object.keys(message).sort().join() !== forms.join(),
    );
    expect(wrong).toEqual([]);
  });

  test('are not empty, and have no braces but those of parameters', () => {
    const odd = Object.entries(messages).filter(([, message]) =>
      sentencesOf(message).some((text) => text.trim() === '' || /[{}]/.test(text.replaceAll(/\{\w+\}/g, ''))),
    );
    expect(odd).toEqual([]);
  });
});

/** Says nothing: a name, a sign, or what is typed as it stands. */
const UNTRANSLATED = /^(?:Offcut|V|px|https:\/\/|npx offcut models pull|[^\p{Letter}]*)$/u;
const READ_ATTRIBUTES = new Set([
  'aria-label',
  'aria-valuetext',
  'alt',
  'label',
  'legend',
  'name',
  'placeholder',
  'title',
]);

interface MarkupNode {
  readonly type: string;
  readonly name?: string;
  readonly data?: string;
  readonly value?: unknown;
}

/** Texts of a component's markup, and of attributes that are read out. Names of form fields are not. */
function literalTexts(source: string): string[] {
  const found: string[] = [];
  const visit = (node: unknown, holder: string): void => {
    if (Array.isArray(node)) for (const each of node) visit(each, holder);
    if (typeof node !== 'object' || node === null || !('type' in node)) return;
    const { type, name = '', data = '' } = node as MarkupNode;
    if (type === 'Text' && (holder === '' || READ_ATTRIBUTES.has(holder))) found.push(data.trim());
    if (type === 'StyleDirective' || (type === 'Attribute' && name === 'name')) return;
    const inside = type === 'Attribute' ? name : holder;
    for (const [key, child] of Object.entries(node)) if (key !== 'parent') visit(child, inside);
  };
  visit(parse(source, { modern: true }).fragment, '');
  return found.filter((text) => !UNTRANSLATED.test(text));
}

test('no component has a text of its own', () => {
  const components = globSync(fromRoot('src/**/*.svelte'));
  const texts = components.flatMap((file) =>
    literalTexts(readFileSync(file, 'utf8')).map((text) => `${file.replace(fromRoot('.'), '')}: ${text}`),
  );
  expect(components.length).toBeGreaterThan(30);
  expect(literalTexts('<p title="Hello">Good {t("x")} morning</p>')).toEqual(['Hello', 'Good', 'morning']);
  expect(texts).toEqual([]);
});

/** What a module imports of this project's, at once or (`later`) when it is wanted. */
function importsOf(file: string): { at: string[]; later: string[] } {
  const code = readFileSync(file, 'utf8').replaceAll(/^\s*import type .*$/gm, '');
  const resolve = (specifier = '') =>
    path.resolve(path.dirname(file), specifier.replace(/^\$lib/, fromRoot('src/lib')));
  const named = (pattern: RegExp) =>
    [...code.matchAll(pattern)].map(([, specifier]) => resolve(specifier)).filter((name) => existsSync(name));
  return {
    at: named(/(?:from|import)\s+'((?:\.|\$lib)[^']+)'/g),
    later: named(/import\('((?:\.|\$lib)[^']+)'\)/g),
  };
}

/** A module and all that comes with it. */
function loadedWith(entry: string, found = new Set<string>()): Set<string> {
  if (found.has(entry)) return found;
  found.add(entry);
  for (const file of importsOf(entry).at) loadedWith(file, found);
  return found;
}

/** Keys of English texts that a component or module speaks of, those with a part to be filled in included. */
function keysIn(file: string): string[] {
  const code = readFileSync(file, 'utf8');
  const plain = [...code.matchAll(/['"]([a-z]+(?:\.[\w-]+)+)['"]/g)].map(([, key = '']) => key);
  const prefixes = [...code.matchAll(/`([a-z]+\.(?:[\w-]+\.)*)\$\{/g)].map(([, prefix = '']) => prefix);
  const isMeant = (key: string) => plain.includes(key) || prefixes.some((prefix) => key.startsWith(prefix));
  return Object.keys(en).filter((key) => !key.startsWith('failures.') && isMeant(key));
}

/** Keys of the English texts that are among these modules. */
async function keysBroughtBy(files: ReadonlySet<string>): Promise<string[]> {
  const texts = [...files].filter((file) => /messages.\w+.en\.ts$/.test(file));
  const modules = await Promise.all(texts.map((file) => import(file) as Promise<Record<string, Messages>>));
  return modules.flatMap((module) => Object.values(module)).flatMap((messages) => Object.keys(messages));
}

test('what is loaded later brings the English texts that it speaks', async () => {
  const page = ['+layout.svelte', '+page.svelte', '+error.svelte'].map((name) =>
    fromRoot(`src/routes/${name}`),
  );
  const atOnce = new Set(page.flatMap((entry) => [...loadedWith(entry)]));
  const entries = [...atOnce]
    .flatMap((file) => importsOf(file).later)
    .filter((name) => name.endsWith('.svelte'));
  expect(entries.length).toBeGreaterThan(5);
  const missing: string[] = [];
  for (const files of [atOnce, ...entries.map((entry) => loadedWith(entry))]) {
    const known = new Set([...Object.keys(first), ...(await keysBroughtBy(files))]);
    const speakers = [...files].filter((file) => files === atOnce || !atOnce.has(file));
    for (const file of speakers.filter((name) => !name.includes('/messages/'))) {
      const unknown = keysIn(file).filter((key) => !known.has(key));
      missing.push(...unknown.map((key) => `${path.basename(file)}: ${key}`));
    }
  }
  expect(missing).toEqual([]);
});

describe('a text', () => {
  test('takes the plural form of its count, by the rules of its language', async () => {
    const counted = () => [0, 1, 2, 3, 11, 100].map((count) => t('page.deleted', { count }));
    expect(counted().slice(0, 2)).toEqual(['0 images deleted.', '1 image deleted.']);
    await speak({ language: 'ar', locale: 'ar' });
    expect(new Set(counted()).size).toBe(6);
    expect(counted()[2]).toBe('حُذفت صورتان.');
  });

  test('keeps a file name together inside a sentence from right to left', async () => {
    addEnglish(en);
    const said = () => t('models.delete', { title: 'IS-Net (small)' });
    expect(said()).toBe('Delete IS-Net (small)');
    await speak({ language: 'ar', locale: 'ar' });
    expect(said()).toContain('\u2068IS-Net (small)\u2069');
  });

  test('writes quantities as the user’s region does', async () => {
    const quantities = () => [
      bytesText(12_345_678),
      percentText(0.347),
      durationText(90),
      t('words.images', { count: 1_234 }),
    ];
    expect(quantities()).toEqual(['12.3 MB', '35%', '2 min', '1,234 images']);
    // The language of the one, the separators of the other.
    await speak({ language: 'de', locale: 'de-LI' });
    expect(quantities().slice(0, 3)).toEqual(['12.3 MB', '35%', '2 Min.']);
    await speak({ language: 'de', locale: 'de-DE' });
    expect(quantities()).toEqual(['12,3 MB', '35\u00a0%', '2 Min.', '1.234 Bilder']);
  });

  test('with the wrong parameters does not compile', () => {
    // @ts-expect-error -- it lacks its parameter
    t('page.deleted');
    // @ts-expect-error -- it has no such parameter
    t('models.delete', { name: 'u2net' });
    // @ts-expect-error -- there is no such text
    expect(t('page.nonsense' satisfies TextKey)).toBe('page.nonsense');
  });
});

describe('the language', () => {
  test.each([
    ['', ['de-AT', 'en'], 'de', 'de-AT'],
    ['', ['fr-FR', 'ar-EG', 'de'], 'ar', 'ar-EG'],
    ['', ['fr-FR'], 'en', 'en'],
    ['de', ['en-GB', 'de-CH'], 'de', 'de-CH'],
    ['en', ['ar'], 'en', 'en'],
    ['xx', ['ar'], 'ar', 'ar'],
  ])('chosen %j, preferred %j: %s, numbers as in %s', (chosen, preferred, language, locale) => {
    expect(chooseLanguage(chosen, preferred)).toEqual({ language, locale });
  });

  test('and its direction are known to the page before its scripts are', () => {
    const directions = keysOf(LANGUAGES).map((language) => `${language}: '${LANGUAGES[language].direction}'`);
    expect(readFileSync(fromRoot('src/app.html'), 'utf8')).toContain(`{ ${directions.join(', ')} }`);
  });
});

describe('a failure', () => {
  const told = { code: 'model_not_installed', message: 'IS-Net is not installed.' };

  test('is told in the sentence that came with it in English, and by its code elsewhere', async () => {
    expect(failureWords(told)).toBe(told.message);
    await speak({ language: 'de', locale: 'de-DE' });
    expect(failureWords(told)).toContain('diesem Gerät');
    expect(failureWords({ code: 'from_a_newer_server', message: 'As it said.' })).toBe('As it said.');
  });

  test('of the server is not told as one of this device', async () => {
    await speak({ language: 'de', locale: 'de-DE' });
    expect(failureWords(told, 'server')).toContain('auf dem Server');
    const damaged = { code: 'image_undecodable', message: 'It cannot be decoded.' };
    expect(failureWords(damaged, 'server')).toBe(failureWords(damaged, 'device'));
  });
});
