import type { Messages } from '../../message.ts';

/** How images fare that run on the server, on their cards. */
export const place = {
  'place.server': 'On your server',
  'place.other-device': 'On your server, sent by another device',
  'place.waiting.network': 'Waits for the server',
  'place.waiting': 'Waits to be sent',
  'place.sending': 'Sending {percent}',
  'place.sending-of': 'Sending {name}',
  'place.queued': 'Queued on the server',
  'place.working': 'The server works on it',
  'place.receiving': 'Fetching the result',
  'place.held': 'Done, still on the server',
  'place.refused': 'Not taken by the server',
  'place.short.waiting': 'Waits',
  'place.short.queued': 'Queued',
  'place.short.working': 'Working',
  'place.short.receiving': 'Fetching',
  'place.short.held': 'Done there',
  'place.short.refused': 'Not taken',
  'place.fetch': 'Fetch the result of {what}',
  'place.to-device': 'Run {what} on this device instead',
  'place.selected-to-device': 'Run on this device',
  'place.selected-to-server': 'Run on the server',
} as const satisfies Messages;
