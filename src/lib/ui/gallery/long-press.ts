import type { Attachment } from 'svelte/attachments';

const MILLISECONDS = 450;
/** Pixels that a finger may slip. */
const SLIP = 10;

/** Calls back when a finger rests on the element; the click and the menu that would follow do not come. */
export function longPress(callback: () => void): Attachment<HTMLElement> {
  return (element) => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let from = { x: 0, y: 0 };
    let pressed = false;

    const release = () => {
      clearTimeout(timer);
      timer = undefined;
    };
    const down = ({ pointerType, clientX, clientY, isPrimary }: PointerEvent) => {
      pressed = false;
      if (pointerType !== 'touch' || !isPrimary) return;
      from = { x: clientX, y: clientY };
      timer = setTimeout(() => {
        timer = undefined;
        pressed = true;
        navigator.vibrate?.(10);
        callback();
      }, MILLISECONDS);
    };
    const move = ({ clientX, clientY }: PointerEvent) => {
      if (Math.hypot(clientX - from.x, clientY - from.y) > SLIP) release();
    };
    const click = (event: Event) => {
      if (!pressed) return;
      pressed = false;
      event.preventDefault();
      event.stopPropagation();
    };
    const menu = (event: Event) => {
      if (pressed || timer !== undefined) event.preventDefault();
    };

    const stop = new AbortController();
    const { signal } = stop;
    element.addEventListener('pointerdown', down, { signal });
    element.addEventListener('pointermove', move, { signal });
    for (const type of ['pointerup', 'pointercancel', 'pointerleave'] as const) {
      element.addEventListener(type, release, { signal });
    }
    element.addEventListener('click', click, { signal, capture: true });
    element.addEventListener('contextmenu', menu, { signal });
    return () => {
      release();
      stop.abort();
    };
  };
}
