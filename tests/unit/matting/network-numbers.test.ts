import { describe, expect, it } from 'vitest';
import { maskFromOutput } from '#matting/mask.ts';
import type { ModelSpec } from '#matting/model.ts';
import { networkSize, toTensor } from '#matting/preprocess.ts';
import { DEFAULT_MODEL } from '#models/registry.ts';

const rgb = (...data: number[]) => ({ width: data.length / 3, height: 1, data: Uint8Array.from(data) });
const output = (...values: number[]) => ({ data: Float32Array.from(values), dims: [1, 1, 1, values.length] });

describe('what the network sees', () => {
  it('is one plane a channel, divided by the image’s own maximum', () => {
    const { data, dims } = toTensor(rgb(200, 100, 50, 0, 0, 0), DEFAULT_MODEL);
    expect(dims).toEqual([1, 3, 1, 2]);
    const expected = [
      (1 - 0.485) / 0.229, -0.485 / 0.229,
      (0.5 - 0.456) / 0.224, -0.456 / 0.224,
      (0.25 - 0.406) / 0.225, -0.406 / 0.225,
    ]; // prettier-ignore
    expect(data).toEqual(Float32Array.from(expected));
  });

  it('is finite for a black image', () => {
    expect(toTensor(rgb(0, 0, 0), DEFAULT_MODEL).data).toEqual(
      Float32Array.from([-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225]),
    );
  });

  it('may be divided by a constant instead, as (value - 128) / 256', () => {
    const model: ModelSpec = { ...DEFAULT_MODEL, scale: 256, mean: [0.5, 0.5, 0.5], std: [1, 1, 1] };
    expect([...toTensor(rgb(0, 128, 255), model).data]).toEqual([-0.5, 0, 127 / 256]);
  });

  it('has one size for all images, or one shorter side where the network takes any size', () => {
    expect(networkSize({ width: 900, height: 300 }, DEFAULT_MODEL)).toEqual({ width: 320, height: 320 });
    const any: ModelSpec = { ...DEFAULT_MODEL, inputSize: { width: 512, height: 512 }, keepsAspect: true };
    expect(networkSize({ width: 3000, height: 2000 }, any)).toEqual({ width: 768, height: 512 });
    expect(networkSize({ width: 1, height: 9000 }, any)).toEqual({ width: 512, height: 1536 });
  });
});

describe('what the network answers', () => {
  it('is stretched to 0 … 255 and truncated, not rounded', () => {
    const mask = maskFromOutput(output(-1, 1, 0.999, 0), DEFAULT_MODEL);
    expect(mask).toEqual({ width: 4, height: 1, data: Uint8Array.of(0, 255, 254, 127) });
  });

  it('is an empty mask when it is the same everywhere', () => {
    expect([...maskFromOutput(output(0.7, 0.7), DEFAULT_MODEL).data]).toEqual([0, 0]);
  });

  it('is taken as it is, rounded, where it is a mask already', () => {
    const model: ModelSpec = { ...DEFAULT_MODEL, postprocess: 'clamp' };
    expect([...maskFromOutput(output(-0.5, 0.5, 0.999, 2), model).data]).toEqual([0, 128, 255, 255]);
  });

  it('gets the sigmoid that the network lacks', () => {
    const model: ModelSpec = { ...DEFAULT_MODEL, activation: 'sigmoid', postprocess: 'clamp' };
    expect([...maskFromOutput(output(-100, 0, 100), model).data]).toEqual([0, 128, 255]);
  });

  it('takes the first channel of several', () => {
    const two = { data: Float32Array.of(0, 1, 5, 9), dims: [1, 2, 1, 2] };
    expect([...maskFromOutput(two, DEFAULT_MODEL).data]).toEqual([0, 255]);
  });

  it.each([[NaN], [Infinity]])('is an error when it holds %d', (value) => {
    expect(() => maskFromOutput(output(0, value, 1), DEFAULT_MODEL)).toThrow(
      /u2netp returned values that are not/,
    );
  });

  it('is an error when it is no image', () => {
    const flat = { data: Float32Array.of(1), dims: [1] };
    expect(() => maskFromOutput(flat, DEFAULT_MODEL)).toThrow('shape [1], which is no mask');
  });
});
