import type { Attachment } from 'svelte/attachments';

/** Pixels beyond the visible part that already count as near: about one screen of scrolling. */
const MARGIN = 800;

/** Tells whether the element is near the visible part of the page, so that only such cards hold images. */
export function nearView(report: (near: boolean) => void): Attachment {
  return (element) => {
    const observer = new IntersectionObserver((entries) => report(entries.at(-1)?.isIntersecting ?? false), {
      rootMargin: `${String(MARGIN)}px 0px`,
    });
    observer.observe(element);
    return () => observer.disconnect();
  };
}
