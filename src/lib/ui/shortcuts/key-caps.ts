import { isTextKey, t } from '../i18n/text.ts';

const SIGNS: Readonly<Record<string, string>> = {
  arrowleft: '←',
  arrowright: '→',
  arrowup: '↑',
  arrowdown: '↓',
};

const MAC: Readonly<Record<string, string>> = { mod: '⌘', shift: '⇧', alt: '⌥' };

/** What is printed on the keys of a shortcut such as `mod+shift+z`, in the order in which they are pressed. */
export function keyCaps(keys: string, isMac = /\bMac/.test(navigator.userAgent)): string[] {
  // The plus key is itself a plus: "mod++".
  return keys.split(/\+(?!$)/).map((key) => {
    const sign = (isMac ? MAC[key] : undefined) ?? SIGNS[key];
    if (sign !== undefined) return sign;
    const name = `settings.key.${key}`;
    if (isTextKey(name)) return t(name as 'settings.key.mod');
    return key.length === 1 ? key.toUpperCase() : `${key.charAt(0).toUpperCase()}${key.slice(1)}`;
  });
}
