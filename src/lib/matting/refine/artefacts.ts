/**
 * Specks and holes in a network's own small mask. Specks go that it does not believe in itself, away from the subject:
 * near it a faint speck is the tip of a hair. Nothing in a mask tells a flaw from a gap between slats, so holes are
 * filled for those only who ask for it.
 */
import type { Mask } from '../image.ts';

/** Of 255: below it is nothing, from the middle on the network leans to the subject. */
const FAINT = 13;
const MIDDLE = 128;
/** What encloses a hole. */
const CERTAIN = 243;

/** Of all pixels, what an artefact covers at most; of the longer side, how far a speck is from the subject at least. */
const MOST_AREA = 0.001;
const LEAST_DISTANCE = 0.03;

/** Specks that are faint all over, small, and away from the subject. In place; returns how many pixels changed. */
export function removeSpecks(mask: Mask): number {
  const distance = Math.ceil(LEAST_DISTANCE * Math.max(mask.width, mask.height));
  return recolour(
    mask,
    (value) => value >= FAINT,
    0,
    (region) => {
      return region.most < MIDDLE && !seesSubject(mask, region, distance);
    },
  );
}

/** Small holes within certain subject. In place; returns how many pixels changed. */
export function fillHoles(mask: Mask): number {
  return recolour(
    mask,
    (value) => value < CERTAIN,
    255,
    ({ atBorder }) => !atBorder,
  );
}

/** Pixels of one kind that touch, diagonally too. */
interface Region {
  readonly pixels: Int32Array;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly most: number;
  readonly atBorder: boolean;
}

function recolour(
  mask: Mask,
  belongs: (value: number) => boolean,
  value: number,
  isArtefact: (region: Region) => boolean,
): number {
  const most = MOST_AREA * mask.data.length;
  const found = [...regionsOf(mask, belongs, most)].filter(isArtefact);
  for (const { pixels } of found) for (const pixel of pixels) mask.data[pixel] = value;
  return found.reduce((sum, { pixels }) => sum + pixels.length, 0);
}

/** Those of at most `most` pixels. */
function* regionsOf(mask: Mask, belongs: (value: number) => boolean, most: number): Generator<Region> {
  const isOpen = new Uint8Array(mask.data.length);
  for (let pixel = 0; pixel < isOpen.length; pixel++) isOpen[pixel] = belongs(mask.data[pixel]) ? 1 : 0;
  const places = new Int32Array(isOpen.length);
  for (let pixel = isOpen.indexOf(1); pixel >= 0; pixel = isOpen.indexOf(1, pixel)) {
    const count = flood(mask, isOpen, pixel, places);
    if (count <= most) yield describe(mask, places.slice(0, count));
  }
}

/** Takes all that hangs together with `start` out of what is open, and writes it to `places`; returns how many. */
function flood({ width, height }: Mask, isOpen: Uint8Array, start: number, places: Int32Array): number {
  let count = 0;
  const take = (pixel: number) => {
    isOpen[pixel] = 0;
    places[count++] = pixel;
  };
  take(start);
  for (let i = 0; i < count; i++) {
    const x = places[i] % width;
    const y = (places[i] - x) / width;
    for (let v = Math.max(y - 1, 0); v <= Math.min(y + 1, height - 1); v++) {
      for (let u = Math.max(x - 1, 0); u <= Math.min(x + 1, width - 1); u++) {
        if (isOpen[v * width + u] === 1) take(v * width + u);
      }
    }
  }
  return count;
}

function describe({ width, height, data }: Mask, pixels: Int32Array): Region {
  const columns = pixels.map((pixel) => pixel % width);
  const rows = pixels.map((pixel) => Math.floor(pixel / width));
  const [left, right] = [Math.min(...columns), Math.max(...columns)];
  const [top, bottom] = [Math.min(...rows), Math.max(...rows)];
  const atBorder = left === 0 || top === 0 || right === width - 1 || bottom === height - 1;
  return {
    pixels,
    left,
    top,
    right,
    bottom,
    most: Math.max(...pixels.map((pixel) => data[pixel])),
    atBorder,
  };
}

function seesSubject({ width, height, data }: Mask, region: Region, distance: number): boolean {
  const right = Math.min(region.right + distance, width - 1);
  const bottom = Math.min(region.bottom + distance, height - 1);
  for (let y = Math.max(region.top - distance, 0); y <= bottom; y++) {
    for (let x = Math.max(region.left - distance, 0); x <= right; x++) {
      if (data[y * width + x] >= MIDDLE) return true;
    }
  }
  return false;
}
