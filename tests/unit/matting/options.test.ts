import { expect, it } from 'vitest';
import { parseBackground } from '#matting/options.ts';

it.each([
  ['transparent', { kind: 'transparent' }],
  ['blur', { kind: 'blur' }],
  ['#fff', { kind: 'colour', rgba: [255, 255, 255, 255] }],
  ['#1a2B3c', { kind: 'colour', rgba: [26, 43, 60, 255] }],
  ['#1a2b3c80', { kind: 'colour', rgba: [26, 43, 60, 128] }],
])('background %s', (text, background) => {
  expect(parseBackground(text)).toEqual(background);
});

it.each(['', 'white', '#12', '#12345', '#gggggg', '#1234567', ' #ffffff', '123456'])(
  'no background: "%s"',
  (text) => {
    expect(parseBackground(text)).toBeUndefined();
  },
);
