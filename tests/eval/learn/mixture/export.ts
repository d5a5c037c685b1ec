/**
 * `node tests/eval/learn/mixture/export.ts <photos> <cut-outs> <portraits> <out>` makes the lessons that `train.py`
 * learns from; ` <kind> <from> <to>` behind it makes some of them.
 *
 * All are folders. The weights here were learned from Debian's packages plasma-workspace-wallpapers, mate-backgrounds,
 * gnome-backgrounds, lomiri-wallpapers-16.04, lomiri-wallpapers-20.04 and ukui-wallpapers (of bookworm, unpacked side by
 * side), the stamps of tuxpaint-stamps-default, and the portraits of wesnoth-1.16-data. About an hour of one core.
 */
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openStudy } from './cells.ts';
import { findMaterial, KINDS, makeLesson, type Kind } from './lessons.ts';

/** Lessons of each kind. */
const COUNT: Readonly<Record<Kind, number>> = {
  drawn: 900,
  'drawn before photos': 900,
  'cut-outs before photos': 1000,
  'portraits before photos': 480,
};

const [photos, cutouts, portraits, out, only, from, to] = process.argv.slice(2);
if (photos === undefined || cutouts === undefined || portraits === undefined || out === undefined) {
  throw new Error('Give the folders of photos, of cut-outs and of portraits, and one for the lessons.');
}
const material = await findMaterial(photos, cutouts, portraits);
const study = await openStudy();
await mkdir(out, { recursive: true });
for (const kind of KINDS.filter((kind) => only === undefined || kind === only)) {
  const file = path.join(out, `${kind}.cells`);
  await writeFile(file, '');
  const end = Number(to ?? COUNT[kind]);
  for (let index = Number(from ?? 0); index < end; index++) {
    const { buffer } = await study(await makeLesson(kind, index, material));
    await appendFile(file, new Uint8Array(buffer));
    if (index % 20 === 19) process.stderr.write(`${kind}: ${String(index + 1)}/${String(end)}\n`);
  }
}
