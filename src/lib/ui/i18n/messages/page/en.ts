import type { Messages } from '../../message.ts';

/** Header, notices, and what is said of the page as a whole. */
export const page = {
  'page.title': 'Offcut: remove backgrounds on your device',
  'page.title.working': '{done} of {total} · Offcut',
  'page.close': 'Close',
  'page.dismiss': 'Dismiss',
  'page.undo': 'Undo',
  'page.deleted': { one: '{count} image deleted.', other: '{count} images deleted.' },
  'page.engine.again':
    'The engine had stopped and was started again. The image that it worked on is tried once more.',
  'page.update.ready': 'A newer version of Offcut is ready.',
  'page.update.now': 'Update now',
  'page.update.when-done': 'Update when done',
  'page.update.will': 'Offcut updates itself once all images are done.',
  'page.install.offer': 'Install Offcut: it opens like any other app, and works without a network.',
  'page.install.action': 'Install',
  'page.install.ios': 'To install Offcut: tap Share, then “Add to Home Screen”.',
  'page.not-added': '{name} was not added. {reason}',
  'page.more-not-added': {
    one: '{count} image more could not be added either.',
    other: '{count} images more could not be added either.',
  },
  'page.unopened.title': 'Offcut cannot work in this browser',
  'page.unopened.private': 'In a private window some browsers store nothing: try an ordinary one.',
  'page.unopened.browsers': 'A browser of the last two years works: Chrome, Edge, Firefox or Safari.',
  'page.unopened.server':
    'An Offcut server still takes images by its REST interface and from the command line.',
  'page.lost.title': 'This page does not exist',
  'page.lost': 'The address may have a mistake in it. Your images are where they were.',
  'page.broken.title': 'Something went wrong',
  'page.broken': 'The page could not be shown. Your images are safe on this device.',
  'page.home': 'To the start',
  'page.try-again': 'Try again',
  'page.models': 'Models',
  'page.storage.low':
    'The browser’s storage is nearly full ({free} left). Images that do not fit are not added.',
  'page.storage.full':
    'The browser’s storage is full. What is here stays; delete finished images to make room for more.',
  'page.storage.low.delete': 'Delete finished images',
  'page.storage.memory':
    'This browser window stores nothing (a private window?). Offcut works, but images are kept in memory only and are gone when you close this tab. Download results before you leave.',
  'page.saved-to': {
    one: '{count} image saved in “{folder}”.',
    other: '{count} images saved in “{folder}”.',
  },
  'page.copied': '{name} is in the clipboard.',
  'page.moved': 'Number {place} of {total} that wait.',
} as const satisfies Messages;
