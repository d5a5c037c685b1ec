/** What OFFCUT_OPEN must say, word by word. */
export const OPEN_WORDS = 'anyone may use this server';
