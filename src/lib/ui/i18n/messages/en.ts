import { failures } from './failures/en.ts';
import { first } from './first-en.ts';
import { gallery } from './gallery/en.ts';
import { models } from './models/en.ts';
import { place } from './place/en.ts';
import { server } from './sync/en.ts';
import { storage } from './storage/en.ts';
import { viewer } from './viewer/en.ts';

/** All texts in English: what the keys and their parameters are. The page takes them in parts. */
export const en = {
  ...first,
  ...failures,
  ...gallery,
  ...models,
  ...place,
  ...server,
  ...storage,
  ...viewer,
};

export type English = typeof en;
