import { t } from '../i18n/text.ts';
import type { Workshop } from '../state/workshop.svelte.ts';
import { type Pasted, readClipboard } from './read-paste.ts';

/** Takes what is in the clipboard, for who has no key to paste with. Call it in a click: browsers may ask. */
export async function pasteFromClipboard(workshop: Workshop): Promise<void> {
  try {
    const pasted = await readClipboard(new Date());
    if (pasted.sources.length === 0 && pasted.link === undefined) {
      workshop.notices.inform(t('intake.nothing-to-paste'));
    }
    await takePasted(workshop, pasted);
  } catch {
    workshop.notices.warn(t('intake.paste-forbidden'));
  }
}

/** A link is not followed: what is asked for there, and whether, is the user's to say. */
export async function takePasted(workshop: Workshop, { sources, link }: Pasted): Promise<void> {
  if (link !== undefined) workshop.link = link;
  await workshop.add(sources);
}
