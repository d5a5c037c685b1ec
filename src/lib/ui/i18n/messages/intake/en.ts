import type { Messages } from '../../message.ts';

/** How images come in. */
export const intake = {
  'intake.title': 'Remove backgrounds.',
  'intake.subtitle': 'On your device, offline, private.',
  'intake.subtitle.server': 'On your device or your server.',
  'intake.pick.files': 'Choose images',
  'intake.pick.folder': 'Choose a folder',
  'intake.pick.camera': 'Take a photo',
  'intake.add': 'Add',
  'intake.add-more': 'Other ways to add images',
  'intake.paste': 'Paste',
  'intake.link': 'From a link',
  'intake.drop': 'Drop to remove the backgrounds',
  'intake.drop-or-paste': 'or drop images and folders anywhere, or paste with {keys}',
  'intake.samples': 'No picture at hand? Try one of ours.',
  'intake.sample.duck': 'Rubber duck',
  'intake.sample.cactus': 'Cactus',
  'intake.sample-unreachable':
    'The sample could not be loaded. Is the network down? Your own images work all the same.',
  'intake.left-out': {
    one: 'Adding {images}; {count} file that is no image was left out.',
    other: 'Adding {images}; {count} files that are no images were left out.',
  },
  'intake.no-image': 'There was no image in that.',
  'intake.unreadable': 'What was dropped could not be read. {reason}',
  'intake.nothing-to-paste': 'There is no image in the clipboard.',
  'intake.paste-forbidden':
    'This browser does not let the page read the clipboard. Use the keyboard or the menu of your browser to paste.',
  'intake.shared-nothing': 'There was neither an image nor a link in what was shared.',
  'intake.shared-failed':
    'What was shared could not be stored on this device. Free some space, then share it again.',
  'intake.link.address': 'Address of the picture',
  'intake.link.about':
    'Your device asks the site for the picture directly, and only when you press the button.',
  'intake.link.about-host':
    'Your device asks {host} for the picture directly, and only when you press the button. Nobody else hears of it.',
  'intake.link.fetch': 'Get the picture',
  'intake.link.fetching': 'Getting it…',
  'intake.link.invalid': 'This is no address of the web. It begins with https://.',
  'intake.link.closed':
    '{host} could not be reached, or does not let other pages read its pictures. Save the picture on your device (hold or right-click it), then drop it here.',
  'intake.link.refused':
    '{host} answers {status}: there is no picture at this address, or not for everybody.',
  'intake.link.no-picture':
    'At this address there is no picture but “{type}”. Copy the address of the picture itself.',
  'intake.link.too-large':
    'The picture has more than 100 MB. Save it on your device, and make it smaller first.',
  'intake.link.slow': '{host} takes too long. Try it again later.',
} as const satisfies Messages;
