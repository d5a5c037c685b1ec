import { describe, expect, it } from 'vitest';
import { DEFAULT_MODEL, findModel, MODELS, needsConsent } from './registry.ts';
import { modelSchema } from './schema.ts';

describe('the registry', () => {
  it.each(MODELS.map((model) => [model.id, model] as const))('has a valid entry for %s', (_id, model) => {
    expect(modelSchema.parse(model)).toEqual(model);
    expect(model.sources).not.toHaveLength(0);
    expect(model.references).not.toHaveLength(0);
    expect(model.licenceUrl).not.toBe('');
  });

  it('knows each model, file and checksum once', () => {
    for (const key of ['id', 'file', 'sha256'] as const) {
      expect(new Set(MODELS.map((model) => model[key])).size, key).toBe(MODELS.length);
    }
  });

  it('holds what people of this field ask for', () => {
    const ids = MODELS.map(({ id }) => id);
    expect(ids).toEqual(
      expect.arrayContaining(['u2netp', 'u2net', 'u2net_human_seg', 'silueta', 'isnet-general-use']),
    );
    expect(ids).toEqual(expect.arrayContaining(['isnet-anime', 'isnet-small', 'isnet-medium', 'modnet']));
    expect(ids).toEqual(expect.arrayContaining(['birefnet-general', 'birefnet-general-lite']));
  });

  it('asks nobody about the default, and everybody about copyleft', () => {
    expect(needsConsent(DEFAULT_MODEL)).toBe(false);
    expect(MODELS.filter(needsConsent).map(({ id }) => id)).toEqual(['isnet-small', 'isnet-medium']);
    expect(needsConsent({ ...DEFAULT_MODEL, commercialUse: false })).toBe(true);
  });
});

describe('the schema refuses', () => {
  const model = findModel('u2net') ?? DEFAULT_MODEL;
  it.each([
    ['a file that leads elsewhere', { file: '../u2net.onnx' }],
    ['an id that is no file name', { id: '../u2net', file: '../u2net.onnx' }],
    ['a standard deviation of zero', { std: [0, 1, 1] }],
    ['an input without pixels', { inputSize: { width: 0, height: 320 } }],
    ['a checksum that is none', { sha256: 'abc' }],
    ['a source in the clear', { sources: [{ kind: 'url', url: 'http://example.com/a.onnx' }] }],
    [
      'a path out of its package',
      { sources: [{ kind: 'npm', package: 'a', version: '1.0.0', path: 'package/../../x' }] },
    ],
    ['what it does not know', { colour: 'blue' }],
  ])('%s', (_what, change) => {
    expect(modelSchema.safeParse({ ...model, ...change }).success).toBe(false);
  });
});
