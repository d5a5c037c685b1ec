import type { ModelSpec } from '../src/lib/matting/model.ts';

/** MODNet (Ke et al. 2022) for portraits: any size with a shorter side of 512, values -1 to 1; its output is an alpha. */
export const modnet: ModelSpec = {
  id: 'modnet',
  title: 'MODNet for portraits',
  task: 'portrait',
  file: 'modnet.onnx',
  inputSize: { width: 512, height: 512 },
  keepsAspect: true,
  layout: 'nchw',
  scale: 255,
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
  outputIndex: 0,
  postprocess: 'clamp',
  sources: [{ kind: 'url', url: 'https://huggingface.co/Xenova/modnet/resolve/main/onnx/model.onnx' }],
  bytes: 25_888_640,
  sha256: '07c308cf0fc7e6e8b2065a12ed7fc07e1de8febb7dc7839d7b7f15dd66584df9',
  verified: false,
  references: [
    'https://huggingface.co/Xenova/modnet/blob/main/onnx/model.onnx',
    'https://github.com/ZHKKKe/MODNet',
  ],
  licence: 'Apache-2.0',
  licenceUrl: 'https://github.com/ZHKKKe/MODNet/blob/master/LICENSE',
  commercialUse: true,
};
