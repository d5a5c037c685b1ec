import type { Translation } from '../translation.ts';
import { badges } from './badges/de.ts';
import { failures } from './failures/de.ts';
import { gallery } from './gallery/de.ts';
import { intake } from './intake/de.ts';
import { models } from './models/de.ts';
import { page } from './page/de.ts';
import { place } from './place/de.ts';
import { server } from './sync/de.ts';
import { settings } from './settings/de.ts';
import { storage } from './storage/de.ts';
import { viewer } from './viewer/de.ts';
import { words } from './words/de.ts';

export const de = {
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
