/** Lengths in CSS pixels. */
export interface Sizes {
  /** Of the grid. */
  readonly width: number;
  /** Between cards, both ways. */
  readonly gap: number;
  /** Below a card's picture. */
  readonly foot: number;
}

export interface Geometry {
  readonly columns: number;
  readonly cardWidth: number;
  readonly cardHeight: number;
  /** From the top of one row to that of the next. */
  readonly rowStep: number;
  readonly gap: number;
}

/** Cards are at least as wide, as far as the grid is. */
const LEAST_ON_PHONE = 136;
const LEAST = 208;
/** On a wall of a screen they grow, up to so many in a row and so large. */
const MOST_IN_ROW = 12;
const LEAST_ON_WALL = 300;
/** A few images are shown larger, and a single one is what the page is about. */
const LEAST_OF_FEW = 320;
const FEW = 4;
const MOST_OF_SINGLE = 704;
const PHONE = 560;
/** Height of a picture to its width. */
const PICTURE = 3 / 4;

/** All cards of a grid have the same size, so that where each one is can be computed. */
export function geometryOf(count: number, { width, gap, foot }: Sizes): Geometry {
  const roomy = Math.max(LEAST, Math.min(width / MOST_IN_ROW, LEAST_ON_WALL));
  const least = count < FEW ? LEAST_OF_FEW : width < PHONE ? LEAST_ON_PHONE : roomy;
  const fitting = Math.max(1, Math.floor((width + gap) / (least + gap)));
  const columns = count < FEW ? Math.min(fitting, Math.max(1, count)) : fitting;
  const share = (width - (columns - 1) * gap) / columns;
  const cardWidth = count < FEW ? Math.min(share, MOST_OF_SINGLE) : share;
  const cardHeight = Math.round(cardWidth * PICTURE) + foot;
  return { columns, cardWidth, cardHeight, rowStep: cardHeight + gap, gap };
}

export function heightOf({ columns, rowStep, gap }: Geometry, count: number): number {
  return Math.max(0, Math.ceil(count / columns) * rowStep - gap);
}

/** Where card number `index` starts, from the grid's inline and block start. */
export function placeOf(
  { columns, cardWidth, rowStep, gap }: Geometry,
  index: number,
): [x: number, y: number] {
  return [(index % columns) * (cardWidth + gap), Math.floor(index / columns) * rowStep];
}

/** Numbers of the first card in view and of the first after it, of a part of the grid from `top` to `bottom`. */
export function cardsBetween(
  { columns, rowStep }: Geometry,
  count: number,
  top: number,
  bottom: number,
): [from: number, to: number] {
  const from = Math.max(0, Math.floor(top / rowStep)) * columns;
  const to = Math.max(0, Math.ceil(bottom / rowStep)) * columns;
  return [Math.min(from, count), Math.min(to, count)];
}
