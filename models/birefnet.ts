import type { ModelSpec } from '../src/lib/matting/model.ts';

const REMBG = 'https://github.com/danielgatis/rembg/releases/download/v0.0.0';
const SESSIONS = 'https://github.com/danielgatis/rembg/blob/main/rembg/sessions';

/** BiRefNet (Zheng et al. 2024), prepared as rembg does it; the network's output lacks its sigmoid. */
const BIREFNET = {
  task: 'salient-object',
  inputSize: { width: 1024, height: 1024 },
  layout: 'nchw',
  scale: 'image-max',
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
  outputIndex: 0,
  activation: 'sigmoid',
  postprocess: 'min-max',
  verified: false,
  licence: 'MIT',
  licenceUrl: 'https://github.com/ZhengPeng7/BiRefNet/blob/main/LICENSE',
  commercialUse: true,
} as const satisfies Partial<ModelSpec>;

export const birefnetGeneral: ModelSpec = {
  ...BIREFNET,
  id: 'birefnet-general',
  title: 'BiRefNet',
  file: 'birefnet-general.onnx',
  sources: [{ kind: 'url', url: `${REMBG}/BiRefNet-general-epoch_244.onnx` }],
  bytes: 972_666_916,
  sha256: '58f621f00f5d756097615970a88a791584600dcf7c45b18a0a6267535a1ebd3c',
  md5: '7a35a0141cbbc80de11d9c9a28f52697',
  references: [`${SESSIONS}/birefnet_general.py`],
};

export const birefnetGeneralLite: ModelSpec = {
  ...BIREFNET,
  id: 'birefnet-general-lite',
  title: 'BiRefNet lite',
  file: 'birefnet-general-lite.onnx',
  sources: [{ kind: 'url', url: `${REMBG}/BiRefNet-general-bb_swin_v1_tiny-epoch_232.onnx` }],
  bytes: 224_005_088,
  sha256: '5600024376f572a557870a5eb0afb1e5961636bef4e1e22132025467d0f03333',
  md5: '4fab47adc4ff364be1713e97b7e66334',
  references: [`${SESSIONS}/birefnet_general_lite.py`],
};
