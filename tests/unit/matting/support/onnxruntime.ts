import { InferenceSession, Tensor as OnnxTensor } from 'onnxruntime-node';
import type { Tensor } from '#matting/runtime.ts';

/** What onnxruntime makes of `input`: the network's first output. */
export async function onnxruntimeSays(file: Uint8Array, input: Tensor): Promise<Tensor> {
  const session = await InferenceSession.create(file, { logSeverityLevel: 3 });
  const [inputName = '', outputName = ''] = [...session.inputNames, ...session.outputNames];
  const feeds = { [inputName]: new OnnxTensor('float32', input.data, [...input.dims]) };
  const { [outputName]: output } = await session.run(feeds, [outputName]);
  await session.release();
  if (!(output?.data instanceof Float32Array)) throw new TypeError('It gave no numbers.');
  return { data: output.data, dims: output.dims };
}

/** The most by which two lists of numbers differ; NaN when they are not of the same length. */
export function farthest(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return Number.NaN;
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0);
}
