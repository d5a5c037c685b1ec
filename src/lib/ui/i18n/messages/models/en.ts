import type { Messages } from '../../message.ts';

/** The models that find the subject. */
export const models = {
  'models.explanation':
    'What finds the subject. Larger models see more, and take longer. Choose one under the output options.',
  'models.place.app': 'part of the app',
  'models.place.device': 'on this device',
  'models.place.own': 'your own, on this device',
  'models.place.nowhere': 'not on this server',
  'models.place.partial': '{size} are here',
  'models.place.server': 'can be downloaded',
  'models.licence': 'licence {licence}',
  'models.non-commercial': 'not for commercial use',
  'models.licence-note': 'This model is under {licence}.',
  'models.agree': 'Agree',
  'models.download': 'Download {title}',
  'models.downloading': 'Download of {title}',
  'models.stop': 'Stop downloading {title}',
  'models.delete': 'Delete {title}',
  'models.operator': 'Its operator gets it with {command}',
  'models.own.title': 'Add a model of your own',
  'models.own.explanation':
    'An ONNX network that takes an RGB image and gives a mask. Each value becomes (value / divisor − mean) / deviation.',
  'models.own.file': 'File',
  'models.own.id': 'Name (a-z, 0-9, -)',
  'models.own.size': 'Input size',
  'models.own.mean': 'Mean, R, G, B',
  'models.own.std': 'Standard deviation, R, G, B',
  'models.own.scale': 'Divisor, or image-max',
  'models.own.add': 'Add',
  'models.own.size-unclear': 'The size "{text}" is not such as 320x320.',
  'models.own.mean-unclear': 'The mean "{text}" is neither one number nor three.',
  'models.own.std-unclear': 'The deviation "{text}" is neither one number nor three.',
  'models.own.scale-unclear': 'The divisor "{text}" is neither a number nor image-max.',
} as const satisfies Messages;
