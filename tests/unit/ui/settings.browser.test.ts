import { beforeEach, describe, expect, test } from 'vitest';
import { FORMATS, jobOptions } from '#queue/options.ts';
import { FORMAT_LABELS, Settings } from '../../../src/lib/ui/state/settings.svelte.ts';

const storage = () => localStorage;

describe('output options', () => {
  beforeEach(() => localStorage.clear());

  test('ask for what a plain submission asks for, until something is chosen', () => {
    expect(new Settings().options).toEqual(jobOptions.parse({}));
  });

  test('offer all formats of the contract', () => {
    expect(Object.keys(FORMAT_LABELS)).toEqual(expect.arrayContaining([...FORMATS]));
  });

  test('are remembered, and are options that the contract accepts', () => {
    const settings = new Settings();
    Object.assign(settings, {
      format: 'jpeg',
      background: 'colour',
      colour: '#ff8800',
      crop: true,
      refine: true,
    });
    settings.save(storage);
    const later = new Settings();
    later.load(storage);
    expect(jobOptions.parse(later.options)).toEqual({
      format: 'jpeg',
      output: 'cutout',
      background: '#ff8800',
      crop: true,
      refine: 'fast',
    });
  });

  test.each([
    ['nonsense', '{'],
    ['another type', '[1]'],
    ['nothing', 'null'],
    ['values of another version', '{"format":"avif","background":"image","colour":"red","crop":"yes"}'],
  ])('fall back to the usual when what is stored is %s', (_what, stored) => {
    localStorage.setItem('offcut.settings', stored);
    const settings = new Settings();
    settings.load(storage);
    expect(settings.options).toEqual(jobOptions.parse({}));
  });

  test('work where the browser forbids storage', () => {
    const forbidden = (): Storage => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    };
    const settings = new Settings();
    settings.load(forbidden);
    settings.save(forbidden);
    expect(settings.options.format).toBe('png');
  });
});
