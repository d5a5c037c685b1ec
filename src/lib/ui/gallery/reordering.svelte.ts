import type { Picture } from '../state/pictures.ts';
import type { Workshop } from '../state/workshop.svelte.ts';

/** Marks a drag as one of ours; others bring files. */
const KIND = 'application/x-offcut-cards';

/** Dragging waiting cards to another place in line. */
export class Reordering {
  readonly #workshop: Workshop;
  #dragged: readonly Picture[] = [];
  #target = $state.raw<{ key: string; side: 'before' | 'after' }>();

  constructor(workshop: Workshop) {
    this.#workshop = workshop;
  }

  /** The class of a card beside which the dragged ones would go. */
  edgeOf(key: string): string {
    return this.#target?.key === key ? `drop-${this.#target.side}` : '';
  }

  start(event: DragEvent, picture: Picture): void {
    this.#dragged = this.#workshop.selection.with(picture).filter(({ state }) => state === 'pending');
    event.dataTransfer?.setData(KIND, '');
    if (event.dataTransfer) event.dataTransfer.effectAllowed = 'move';
  }

  over(event: DragEvent, { key, state }: Picture): void {
    if (!event.dataTransfer?.types.includes(KIND) || state !== 'pending') return;
    event.preventDefault();
    const card = event.currentTarget;
    if (!(card instanceof HTMLElement)) return;
    const { left, width } = card.getBoundingClientRect();
    const inLatterHalf = event.clientX > left + width / 2;
    const isLeftToRight = getComputedStyle(card).direction === 'ltr';
    this.#target = { key, side: inLatterHalf === isLeftToRight ? 'after' : 'before' };
  }

  drop(event: DragEvent): void {
    const target = this.#target;
    if (!event.dataTransfer?.types.includes(KIND) || target === undefined) return;
    event.preventDefault();
    const jobId = target.key.slice(0, target.key.lastIndexOf('/'));
    void this.#workshop.move(this.#dragged, (waiting) => {
      const at = waiting.indexOf(jobId);
      return { before: target.side === 'before' ? jobId : waiting[at + 1] };
    });
    this.end();
  }

  end(): void {
    this.#dragged = [];
    this.#target = undefined;
  }
}
