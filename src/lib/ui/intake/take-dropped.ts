import { images } from '../state/words.ts';
import type { Workshop } from '../state/workshop.svelte.ts';
import type { Dropped } from './read-drop.ts';

/** Adds what was dropped, and tells what was not an image. */
export async function takeDropped(workshop: Workshop, { sources, leftOut }: Dropped): Promise<void> {
  if (leftOut > 0) {
    const files =
      leftOut === 1 ? '1 file that is no image was' : `${String(leftOut)} files that are no images were`;
    workshop.notices.inform(`Adding ${images(sources.length)}; ${files} left out.`);
  } else if (sources.length === 0) {
    workshop.notices.inform('There was no image in that.');
  }
  await workshop.add(sources);
}
