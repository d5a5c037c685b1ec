import type { Translation } from '../translation.ts';
import { badges } from './badges/ar.ts';
import { failures } from './failures/ar.ts';
import { gallery } from './gallery/ar.ts';
import { intake } from './intake/ar.ts';
import { models } from './models/ar.ts';
import { page } from './page/ar.ts';
import { place } from './place/ar.ts';
import { server } from './sync/ar.ts';
import { settings } from './settings/ar.ts';
import { storage } from './storage/ar.ts';
import { viewer } from './viewer/ar.ts';
import { words } from './words/ar.ts';

export const ar = {
  ...badges,
  ...failures,
  ...gallery,
  ...intake,
  ...models,
  ...page,
  ...place,
  ...server,
  ...settings,
  ...storage,
  ...viewer,
  ...words,
} satisfies Translation;
