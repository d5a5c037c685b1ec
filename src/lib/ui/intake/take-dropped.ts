import { t } from '../i18n/text.ts';
import { images } from '../state/words.ts';
import type { Workshop } from '../state/workshop.svelte.ts';
import type { Dropped } from './read-drop.ts';

/** Adds what was dropped, and tells what was not an image. */
export async function takeDropped(workshop: Workshop, { sources, leftOut }: Dropped): Promise<void> {
  if (leftOut > 0) {
    workshop.notices.inform(t('intake.left-out', { images: images(sources.length), count: leftOut }));
  } else if (sources.length === 0) {
    workshop.notices.inform(t('intake.no-image'));
  }
  await workshop.add(sources);
}
