import fc from 'fast-check';
import { expect, it } from 'vitest';
import { exportName } from '../../../src/lib/browser/edits/file-name.ts';

const parts = {
  filename: 'holiday.photo.jpg',
  number: 7,
  count: 300,
  date: new Date(2026, 1, 3, 23, 59),
  width: 1000,
  height: 800,
  model: 'u2netp',
  format: 'jpeg',
} as const;

it.each([
  ['{name}', 'holiday.photo.jpg'],
  ['{name}-{index}', 'holiday.photo-007.jpg'],
  ['{date}_{width}x{height}_{model}', '2026-02-03_1000x800_u2netp.jpg'],
  ['shop/{name}', 'shop-holiday.photo.jpg'],
  ['{nmae}', '{nmae}.jpg'],
  ['con', '_con.jpg'],
  ['.{name}', 'holiday.photo.jpg'],
  ['a<b>:"c|d?*', 'abcd.jpg'],
])('fills %s in', (pattern, name) => {
  expect(exportName(pattern, parts)).toBe(name);
});

it('is a safe name whatever the pattern and the file are called', () => {
  fc.assert(
    fc.property(
      fc.string({ maxLength: 200, unit: 'grapheme' }),
      fc.string({ unit: 'grapheme' }),
      (pattern, filename) => {
        const name = exportName(pattern, { ...parts, filename });
        expect(name).not.toMatch(/[\u0000-\u001f<>:"|?*\\/]|^\.|[. ]\.jpg$/);
        expect(name.length).toBeLessThan(200);
        expect(name).toMatch(/.\.jpg$/u);
      },
    ),
  );
});
