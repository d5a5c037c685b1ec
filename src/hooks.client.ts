import { startSpeaking } from '$lib/ui/i18n/document.ts';

/** The texts of another language come before the page takes over its markup, which is in English. */
export const init = startSpeaking;
