import { chooseLanguage, type Language, LANGUAGES } from './languages.ts';
import { speak, spoken } from './text.ts';

/* The language of the document: chosen at the start, and changed by a setting. src/app.html does the first half of it
 * (`lang`, `dir`, and hiding English texts that are about to be replaced) before the first paint. */

const KEY = 'offcut.language';

/** What the user chose; empty for "as the browser is set". */
export function chosenLanguage(): Language | '' {
  try {
    const saved = localStorage.getItem(KEY) ?? '';
    return Object.hasOwn(LANGUAGES, saved) ? (saved as Language) : '';
  } catch {
    return '';
  }
}

/** Speaks the user's language, or English where its texts cannot be had. Never rejects. */
export async function startSpeaking(): Promise<void> {
  await speakInDocument(chosenLanguage()).catch(() => undefined);
  const { language } = spoken();
  Object.assign(document.documentElement, { lang: language, dir: LANGUAGES[language].direction });
}

/** Shows the texts, whatever language they are in by now. To be called once the page has taken over its markup. */
export function revealTexts(): void {
  delete document.documentElement.dataset.translating;
}

/** @param chosen empty for "as the browser is set"; @throws when the language's texts cannot be loaded */
export async function changeLanguage(chosen: Language | ''): Promise<void> {
  await speakInDocument(chosen);
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // Storage that is forbidden costs the memory of the choice, and nothing else.
  }
}

async function speakInDocument(chosen: Language | ''): Promise<void> {
  const choice = chooseLanguage(chosen, navigator.languages);
  await speak(choice);
  const { direction } = LANGUAGES[choice.language];
  Object.assign(document.documentElement, { lang: choice.language, dir: direction });
}
