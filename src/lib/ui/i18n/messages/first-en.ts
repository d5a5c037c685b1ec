import { badges } from './badges/en.ts';
import { intake } from './intake/en.ts';
import { page } from './page/en.ts';
import { settings } from './settings/en.ts';
import { words } from './words/en.ts';

/** The English texts of what the page loads at once. Parts that are loaded later bring theirs (`addEnglish`). */
export const first = { ...badges, ...intake, ...page, ...settings, ...words };
