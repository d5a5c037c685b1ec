/**
 * `node tests/eval/learn/mixture/export.ts <photos> <cut-outs> <out>` makes the lessons that `train.py` learns from.
 *
 * <photos> and <cut-outs> are folders. The weights here were learned from Debian's packages plasma-workspace-wallpapers
 * (4:5.27.5), mate-backgrounds (1.26.0) and gnome-backgrounds (43.1), unpacked side by side, and from the stamps of
 * tuxpaint-stamps-default (2022.06.04). Takes about an hour of one core.
 */
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openStudy } from './cells.ts';
import { findMaterial, KINDS, makeLesson, type Kind } from './lessons.ts';

/** Lessons of each kind. */
const COUNT: Readonly<Record<Kind, number>> = {
  drawn: 900,
  'drawn before photos': 900,
  'cut-outs before photos': 560,
};

const [photos, cutouts, out] = process.argv.slice(2);
if (photos === undefined || cutouts === undefined || out === undefined) {
  throw new Error('Give the folders of photos and of cut-outs, and one for the lessons.');
}
const material = await findMaterial(photos, cutouts);
const study = await openStudy();
await mkdir(out, { recursive: true });
for (const kind of KINDS) {
  const file = path.join(out, `${kind}.cells`);
  await writeFile(file, '');
  for (let index = 0; index < COUNT[kind]; index++) {
    const { buffer } = await study(await makeLesson(kind, index, material));
    await appendFile(file, new Uint8Array(buffer));
    if (index % 20 === 19) process.stderr.write(`${kind}: ${String(index + 1)}/${String(COUNT[kind])}\n`);
  }
}
