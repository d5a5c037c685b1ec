/** The still lifes that visitors may try Offcut with, and that its screenshot shows. */
import { cactus } from './cactus.ts';
import { donut } from './donut.ts';
import { duck } from './duck.ts';
import { mug } from './mug.ts';
import { mushroom } from './mushroom.ts';
import type { SceneDescription } from './render.ts';
import { rocket } from './rocket.ts';

export const SCENES = { duck, cactus, donut, rocket, mug, mushroom } as const satisfies Record<
  string,
  () => SceneDescription
>;
export type SceneName = keyof typeof SCENES;
