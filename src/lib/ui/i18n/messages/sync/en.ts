import type { Messages } from '../../message.ts';

/** A server that works for this device: connecting, how it stands, what goes there. */
export const server = {
  'server.title': 'Server',
  'server.what':
    'A server of yours can do the work: for large models, for weak devices, and so that all devices with the same key see the same images. Without one, nothing leaves this device.',
  'server.sent': 'What is sent',
  'server.sent.detail':
    'Photos that are to run on the server, with their file names and options; and that you cancel, retry or delete them. The server keeps photo and result until you delete the image, or its time is up there.',
  'server.stays': 'What stays here',
  'server.stays.detail':
    'Photos that run on this device, all edits, and your settings. Results come from the server to this device and stay, also offline.',
  'server.which': 'Which server',
  'server.which.own': 'The one of this page',
  'server.which.other': 'Another one',
  'server.address': 'Address',
  'server.key': 'API key',
  'server.key.hint':
    'Only if the server asks for one; whoever runs it makes it. It is kept on this device and sent to that server alone.',
  'server.not-encrypted':
    'This address is not encrypted: others on the way can see the photos and the key. Use https:// if the server has it.',
  'server.connect': 'Connect',
  'server.connecting': 'Asking the server…',
  'server.error.address': 'This is no address of a server. Enter one such as https://offcut.example.com.',
  'server.error.own-unreachable': 'The server of this page does not answer. Is this device online?',
  'server.error.own-invalid':
    'This page does not come from an Offcut server. Enter the address of one under “Another one”.',
  'server.error.unreachable':
    '{host} cannot be used from here. Is the address right, and the server running? It must also let this page in: OFFCUT_CORS_ORIGINS={origin}',
  'server.error.invalid': 'What answers at {host} is no Offcut server.',
  'server.error.key_missing': 'This server wants an API key.',
  'server.error.key_invalid': 'The server does not know this key, or it was revoked.',
  'server.state.connecting': 'Asking the server…',
  'server.state.online': 'Connected',
  'server.state.busy': 'Connected, exchanging…',
  'server.state.offline': 'The server does not answer',
  'server.state.refused': 'The server lets this device in no more',
  'server.own': 'The server of this page',
  'server.synced': 'Last in step: {time}',
  'server.synced.never': 'Not in step yet',
  'server.outbox.none': 'Nothing waits to be sent.',
  'server.outbox': { one: '{count} change waits to be sent.', other: '{count} changes wait to be sent.' },
  'server.incoming': {
    one: '{count} result is still to come here.',
    other: '{count} results are still to come here.',
  },
  'server.offline.do':
    'It is tried again by itself. What is meant for it waits here, also when the page is closed, and goes when it answers. An image that waits can run on this device instead: there is a button on its card.',
  'server.refused.do':
    'Nothing is sent until you connect again, with another key perhaps. What waits is kept.',
  'server.try-now': 'Try now',
  'server.reconnect': 'Connect again…',
  'server.disconnect': 'Disconnect…',
  'server.disconnect.what':
    'Finished images stay here. What was not sent yet runs on this device. What the server has not finished counts as failed here and can be tried again on this device; the server keeps what it has.',
  'server.disconnect.now': 'Disconnect',
  'server.disconnect.not': 'Stay connected',
  'server.place': 'Where new images run',
  'server.place.device': 'This device',
  'server.place.server': 'Server',
  'server.place.auto': 'Auto',
  'server.place.device.detail': 'New images stay on this device.',
  'server.place.server.detail': 'New images are sent to the server. Offline, they wait for it.',
  'server.why.not-connected': 'Now on this device: no server lets it in.',
  'server.why.model-not-there': 'Now on this device: the server does not have the model.',
  'server.why.model-not-here': 'Now on the server: the model is not on this device.',
  'server.why.unreachable': 'Now on this device: the server does not answer.',
  'server.why.graphics-card': 'Now on this device: its graphics card is quick.',
  'server.why.big-model':
    'Now on the server: the model is large, and this device has no graphics card for it.',
  'server.why.weak-device': 'Now on the server: this device is not strong.',
  'server.why.strong-device': 'Now on this device: it is strong enough.',
  'server.badge.waiting': { one: '{count} waits', other: '{count} wait' },
  'server.badge.offline': 'Server away',
  'server.badge.refused': 'Server: no entry',
  'server.settings': 'Server settings',
} as const satisfies Messages;
