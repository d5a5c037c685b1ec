import type { ModelSpec } from '../src/lib/matting/model.ts';
import { U2NET } from './u2netp.ts';

const REMBG = 'https://github.com/danielgatis/rembg/releases/download/v0.0.0';
const SESSIONS = 'https://github.com/danielgatis/rembg/blob/main/rembg/sessions';

export const u2net: ModelSpec = {
  ...U2NET,
  id: 'u2net',
  title: 'U²-Net',
  file: 'u2net.onnx',
  sources: [
    { kind: 'url', url: `${REMBG}/u2net.onnx` },
    {
      kind: 'url',
      url: 'https://huggingface.co/Heliosoph/u2net-onnx/resolve/7fc34deee10329bc039c10a73b98090d0c6f5c59/u2net.onnx',
    },
  ],
  bytes: 175_997_641,
  sha256: '8d10d2f3bb75ae3b6d527c77944fc5e7dcd94b29809d47a739a7a728a912b491',
  md5: '60024c5c889badc19c04ad937298a77b',
  verified: false,
  references: [`${SESSIONS}/u2net.py`, 'https://huggingface.co/Heliosoph/u2net-onnx/blob/main/u2net.onnx'],
};

export const u2netHumanSeg: ModelSpec = {
  ...U2NET,
  id: 'u2net_human_seg',
  title: 'U²-Net for people',
  task: 'portrait',
  file: 'u2net_human_seg.onnx',
  sources: [{ kind: 'url', url: `${REMBG}/u2net_human_seg.onnx` }],
  bytes: 175_997_641,
  sha256: '01eb6a29a5c4d8edb30b56adad9bb3a2a0535338e480724a213e0acfd2d1c73c',
  md5: 'c09ddc2e0104f800e3e1bb4652583d1f',
  verified: false,
  references: [`${SESSIONS}/u2net_human_seg.py`],
};

export const silueta: ModelSpec = {
  ...U2NET,
  id: 'silueta',
  title: 'Silueta (U²-Net, reduced)',
  file: 'silueta.onnx',
  sources: [{ kind: 'url', url: `${REMBG}/silueta.onnx` }],
  bytes: 44_173_029,
  sha256: '75da6c8d2f8096ec743d071951be73b4a8bc7b3e51d9a6625d63644f90ffeedb',
  md5: '55e59e0d8062d2f5d013f4725ee84782',
  verified: false,
  references: [`${SESSIONS}/silueta.py`, 'https://github.com/xuebinqin/U-2-Net/issues/295'],
};
