/**
 * The evaluation set: scenes drawn from a seed, of which the exact alpha and the exact colours of the subject are
 * known. Nothing of it is stored as an image.
 */
import * as backdrops from './backdrops.ts';
import { expose, type Exposure, moved, softened } from './camera.ts';
import { glassSubjects } from './glass.ts';
import { hairSubjects } from './hair.ts';
import { openSubjects } from './holes.ts';
import { Random } from './random.ts';
import type { Sheet } from './sheet.ts';
import { Page, type Subject } from './subjects.ts';
import { solidSubjects } from './things.ts';

const SUBJECTS = {
  ...hairSubjects,
  ...solidSubjects,
  ...openSubjects,
  ...glassSubjects,
} as const satisfies Record<string, Subject>;

export const TAGS = [
  'hair',
  'holes',
  'glass',
  'thin',
  'solid',
  'multiple',
  'motion',
  'low contrast',
  'large',
] as const;
export type Tag = (typeof TAGS)[number];

export interface SceneSpec {
  readonly name: string;
  readonly tag: Tag;
  readonly seed: number;
  readonly subject: keyof typeof SUBJECTS;
  readonly backdrop: Exclude<keyof typeof backdrops, 'castShadow'>;
  /** Pixels. */
  readonly size: readonly [width: number, height: number];
  /** Standard deviation of the sensor's noise, of 255. */
  readonly noise: number;
  /** Width of a sharp edge, pixels. */
  readonly soft?: number;
  /** Passes of the lens's [1 2 1]; 1 when left out. */
  readonly lens?: number;
  /** Path of the subject during the exposure: pixels and radians. */
  readonly motion?: readonly [length: number, angle: number];
  /** How far the background's colours are drawn to the subject's own, 0 to 1. */
  readonly blend?: number;
}

export interface Scene extends Exposure {
  readonly spec: SceneSpec;
}

type Row = readonly [
  tag: Tag,
  subject: SceneSpec['subject'],
  backdrop: SceneSpec['backdrop'],
  size: readonly [number, number],
  more?: Partial<SceneSpec>,
];

const small = [720, 540] as const;
const square = [800, 800] as const;
const tall = [768, 1024] as const;
const wide = [1152, 864] as const;
const big = [1280, 960] as const;
const full = [1600, 1200] as const;
const camera = [4000, 3000] as const;

const ROWS: readonly Row[] = [
  ['hair', 'portrait-wild', 'studio', tall, { seed: 7 }],
  ['hair', 'portrait-wild', 'foliage', tall],
  ['hair', 'portrait-wild', 'nightLights', square, { noise: 5 }],
  ['hair', 'portrait-wild', 'room', big],
  ['hair', 'portrait-neat', 'meadow', tall],
  ['hair', 'portrait-neat', 'bricks', tall],
  ['hair', 'portrait-neat', 'sky', square],
  ['hair', 'animal-ginger', 'meadow', wide],
  ['hair', 'animal-ginger', 'room', square],
  ['hair', 'animal-ginger', 'studio', full],
  ['hair', 'animal-grey', 'foliage', wide],
  ['hair', 'animal-grey', 'wood', square],
  ['hair', 'animal-white', 'meadow', big],
  ['hair', 'animal-white', 'room', small, { noise: 5 }],
  ['hair', 'animal-dark', 'sand', wide],
  ['hair', 'animal-dark', 'studio', square],
  ['hair', 'dandelion', 'sky', square],
  ['holes', 'mug', 'wood', wide],
  ['holes', 'mug', 'studio', square],
  ['holes', 'mug', 'room', small],
  ['holes', 'basket', 'meadow', wide],
  ['holes', 'basket', 'studio', square],
  ['holes', 'basket', 'wood', big],
  ['holes', 'basket', 'foliage', big],
  ['holes', 'bicycle', 'bricks', wide],
  ['holes', 'chair', 'wood', full],
  ['holes', 'chair', 'studio', tall],
  ['holes', 'chair', 'room', tall],
  ['glass', 'bottle-green', 'studio', tall],
  ['glass', 'bottle-green', 'nightLights', tall, { noise: 4 }],
  ['glass', 'bottle-clear', 'wood', tall],
  ['glass', 'wineglass', 'studio', tall],
  ['glass', 'wineglass', 'room', tall],
  ['glass', 'bottle-green', 'wood', square],
  ['glass', 'veil', 'studio', tall],
  ['thin', 'plant', 'room', tall],
  ['thin', 'plant', 'studio', square],
  ['thin', 'plant', 'bricks', tall, { noise: 4 }],
  ['thin', 'feather', 'sky', square],
  ['thin', 'feather', 'wood', big],
  ['thin', 'balloon', 'sky', tall],
  ['thin', 'balloon', 'meadow', square],
  ['thin', 'robot', 'room', tall],
  ['solid', 'pottery', 'studio', tall],
  ['solid', 'pottery', 'wood', square, { noise: 4 }],
  ['solid', 'car', 'meadow', big],
  ['solid', 'car', 'bricks', wide],
  ['solid', 'robot', 'sand', square],
  ['multiple', 'fruits', 'wood', big],
  ['multiple', 'fruits', 'studio', wide],
  ['multiple', 'jars', 'room', wide],
  ['multiple', 'jars', 'foliage', big],
  ['multiple', 'two-balls', 'meadow', wide],
  ['multiple', 'two-balls', 'sand', small],
  ['motion', 'flying-ball', 'sky', square, { motion: [34, 0.4] }],
  ['motion', 'flying-ball', 'foliage', wide, { motion: [22, 2.6] }],
  ['motion', 'car', 'bricks', big, { motion: [26, 0] }],
  ['motion', 'robot', 'studio', tall, { motion: [14, 1.5] }],
  ['motion', 'portrait-neat', 'room', square, { motion: [12, 0.2] }],
  ['low contrast', 'animal-white', 'studio', wide, { blend: 0.6 }],
  ['low contrast', 'animal-dark', 'foliage', square, { blend: 0.6 }],
  ['low contrast', 'portrait-neat', 'room', tall, { blend: 0.55 }],
  ['low contrast', 'pottery', 'sand', square, { blend: 0.7 }],
  ['low contrast', 'fruits', 'wood', wide, { blend: 0.5 }],
  ['large', 'portrait-wild', 'meadow', camera, { soft: 3, lens: 2 }],
  ['large', 'animal-ginger', 'foliage', camera, { soft: 3, lens: 2 }],
  ['large', 'robot', 'foliage', camera, { soft: 3, lens: 2 }],
];

export const SCENES: readonly SceneSpec[] = ROWS.map(([tag, subject, backdrop, size, more], index) => ({
  name: `${String(index + 1).padStart(2, '0')} ${subject} on ${backdrop}`,
  tag,
  seed: 1000 + index * 37,
  subject,
  backdrop,
  size,
  noise: 2,
  ...more,
}));

const HELD_OUT_SIZES = [small, square, tall, wide] as const;
const SUBJECT_NAMES = Object.keys(SUBJECTS) as SceneSpec['subject'][];
const BACKDROP_NAMES = [...new Set(SCENES.map(({ backdrop }) => backdrop))];
/** The number of scenes, apart from those that everything was tuned and learned on. */
const HELD_OUT_COUNT = 32;

/** Seeds, sizes and pairs that nothing was tuned or learned on, and that nobody chose for the network's sake. */
export const HELD_OUT: readonly SceneSpec[] = Array.from({ length: HELD_OUT_COUNT }, (_, i) => {
  const subject = SUBJECT_NAMES[(i * 5 + 2) % SUBJECT_NAMES.length];
  const backdrop = BACKDROP_NAMES[(i * 4 + 1) % BACKDROP_NAMES.length];
  return {
    name: `held out ${String(i + 1).padStart(2, '0')} ${subject} on ${backdrop}`,
    tag: SCENES.find((scene) => scene.subject === subject)?.tag ?? 'glass',
    seed: 4_000_000 + i * 91,
    subject,
    backdrop,
    size: HELD_OUT_SIZES[i % HELD_OUT_SIZES.length],
    noise: 2 + (i % 3),
  };
});

/** A matter of seconds and, for the large ones, of a gigabyte. */
export function drawScene(spec: SceneSpec): Scene {
  const random = new Random(spec.seed);
  const [width, height] = spec.size;
  const page = new Page(backdrops[spec.backdrop](width, height, random), random, spec.soft);
  SUBJECTS[spec.subject](page);
  if (spec.blend !== undefined) drawTogether(page.subject, page.background, spec.blend);
  const focused = softened(page.subject, spec.lens ?? 1);
  const subject = spec.motion ? moved(focused, ...spec.motion) : focused;
  const background = softened(page.background, 1);
  return { spec, ...expose(subject, background, spec.noise, random) };
}

function drawTogether(subject: Sheet, background: Sheet, share: number): void {
  const sums = [0, 0, 0, 0];
  subject.data.forEach((value, at) => (sums[at % 4] += value));
  const mean = sums.map((sum) => sum / sums[3]);
  background.data.forEach((value, at) => {
    background.data[at] = value + (mean[at % 4] - value) * share;
  });
}
