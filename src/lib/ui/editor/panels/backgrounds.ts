import type { EditBackground, Gradient } from '#matting/edits/edits.ts';
import { t } from '../../i18n/text.ts';

/** What a kind of background begins with. */
export const START = {
  transparent: { kind: 'transparent' },
  colour: { kind: 'colour', colour: '#ffffff' },
  gradient: { kind: 'gradient', shape: 'linear', from: '#fdfcfb', to: '#cfd9df', angle: 180 },
  picture: { kind: 'picture', picture: '', fit: 'cover' },
  blur: { kind: 'blur', strength: 0.4 },
} as const satisfies { [Kind in EditBackground['kind']]: Extract<EditBackground, { kind: Kind }> };

/** White and light greys first: what shops ask for. */
export function colourSwatches() {
  return [
    ['#ffffff', t('editor.colour.white')],
    ['#f2f2f2', t('editor.colour.light-grey')],
    ['#808080', t('editor.colour.grey')],
    ['#000000', t('editor.colour.black')],
    ['#f6e7d8', t('editor.colour.cream')],
    ['#ffd447', t('editor.colour.yellow')],
    ['#e5484d', t('editor.colour.red')],
    ['#2f9e63', t('editor.colour.green')],
    ['#2c43d8', t('editor.colour.blue')],
  ].map(([key = '', name = '']) => ({ key, paint: key, name }));
}

const GRADIENTS = [
  ['#fdfcfb', '#cfd9df'],
  ['#ffffff', '#dcdcdc'],
  ['#fbd3e9', '#bb377d'],
  ['#ffd194', '#70e1f5'],
  ['#a1c4fd', '#c2e9fb'],
  ['#3a3d40', '#181719'],
] as const;

export function gradientSwatches(angle: number) {
  return GRADIENTS.map(([from, to], at) => ({
    key: `${from}${to}`,
    paint: `linear-gradient(${String(angle)}deg, ${from}, ${to})`,
    name: t('editor.gradient.preset', { number: at + 1 }),
  }));
}

export function presetOf(key: string): Pick<Gradient, 'from' | 'to'> {
  return { from: key.slice(0, 7), to: key.slice(7) };
}
