import type { Offline } from '../../browser/offcut.ts';
import type { BadgeWords } from './engine-words.ts';

export function offlineWords(offline: Offline): BadgeWords {
  switch (offline.state) {
    case 'storing':
      return {
        title: `Storing ${String(Math.round(offline.fraction * 100))} %`,
        detail:
          'The app, its engine and the model are being stored on this device. After that Offcut works without a network.',
      };
    case 'ready':
      return {
        title: 'Works offline',
        detail:
          'Everything is stored on this device. You can go offline now, and open this page again without a network.',
      };
    case 'update':
      return {
        title: 'Update available',
        detail: 'A newer version is ready. Updating reloads the page; images in the queue are kept.',
      };
    case 'unavailable':
      return { title: 'Online only', detail: offline.reason };
  }
}
