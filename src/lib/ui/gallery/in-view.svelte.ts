/** Pixels beyond the visible part for which cards are ready: about one flick of a finger. */
const MARGIN = 600;

/** Which part of an element is in view, in its own pixels from its top; follows scrolling and resizing. */
export class InView {
  width = $state(0);
  /** Pixels of a `rem`: the size of text that the user set. */
  rem = $state(16);
  top = $state(0);
  bottom = $state(0);

  /** An attachment for the element. */
  readonly watch = (element: HTMLElement): (() => void) => {
    let frame = 0;
    const measure = () => {
      frame = 0;
      const box = element.getBoundingClientRect();
      this.width = element.clientWidth;
      this.rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
      this.top = -box.top - MARGIN;
      this.bottom = innerHeight - box.top + MARGIN;
    };
    const later = () => {
      frame ||= requestAnimationFrame(measure);
    };
    const resizes = new ResizeObserver(measure);
    resizes.observe(element);
    // What is above may grow or shrink, and moves the grid.
    resizes.observe(document.body);
    addEventListener('scroll', later, { passive: true, capture: true });
    addEventListener('resize', later);
    measure();
    return () => {
      cancelAnimationFrame(frame);
      resizes.disconnect();
      removeEventListener('scroll', later, { capture: true });
      removeEventListener('resize', later);
    };
  };
}
