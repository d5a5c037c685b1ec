import type { Messages } from '../../message.ts';

/** Where images are processed, and whether that needs a network. */
export const badges = {
  'badges.engine.name': 'How images are processed here',
  'badges.engine.privacy': 'Images are processed by this device. They are never sent anywhere.',
  'badges.engine.privacy.server':
    'Images that you have run on your server are sent there; all others are processed by this device.',
  'badges.engine.starting': 'Starting the engine',
  'badges.engine.starting.short': 'Starting',
  'badges.engine.starting.detail': 'The model is being loaded. Images wait in the queue until it is there.',
  'badges.engine.wasm': { one: 'WebAssembly, {count} thread', other: 'WebAssembly, {count} threads' },
  'badges.engine.elsewhere': 'Works in another tab',
  'badges.engine.elsewhere.detail':
    'Another tab of Offcut does the work for all of them. If it is closed, this one takes over.',
  'badges.engine.failed': 'Engine failed',
  'badges.engine.why.gpu': 'Using the graphics card: the fastest that this device has.',
  'badges.engine.why.no-gpu': 'This browser offers no WebGPU. Using WebAssembly.',
  'badges.engine.why.software-gpu': 'WebGPU is only emulated in software here. Using WebAssembly.',
  'badges.engine.why.gpu-failed': 'WebGPU failed on this device. Using WebAssembly.',
  'badges.engine.why.gpu-off': 'WebGPU is switched off. Using WebAssembly.',
  'badges.offline.why.development': 'The development server does not work offline; build the app for that.',
  'badges.offline.why.insecure':
    'Browsers store an app only from HTTPS or this machine. It works while this page is open.',
  'badges.offline.why.forbidden':
    'This browser window does not allow apps to be stored (a private window?). It works while this page is open.',
  'badges.offline.why.unreachable': 'The app could not be stored. It works while this page is open.',
  'badges.offline.why.incomplete':
    'The app could not be stored whole: the connection broke, or there is no room left. It works while this page is open; reload it to try again.',
  'badges.offline.name': 'Working without a network',
  'badges.offline.storing': 'Storing {percent}',
  'badges.offline.storing.label': 'Storing for offline use',
  'badges.offline.storing.detail':
    'The app, its engine and the model are being stored on this device. After that Offcut works without a network.',
  'badges.offline.ready': 'Works offline',
  'badges.offline.ready.detail':
    'Everything is stored on this device. You can go offline now, and open this page again without a network.',
  'badges.offline.update': 'Update available',
  'badges.offline.update.detail':
    'A newer version is ready. Updating reloads the page; images in the queue are kept.',
  'badges.offline.update.now': 'Update now',
  'badges.offline.unavailable': 'Online only',
} as const satisfies Messages;
