import type { Messages } from '../../message.ts';

/** Language, look, keyboard. */
export const settings = {
  'settings.name': 'Settings',
  'settings.language': 'Language',
  'settings.language.system': 'As the browser is set',
  'settings.theme': 'Appearance',
  'settings.theme.system': 'System',
  'settings.theme.light': 'Light',
  'settings.theme.dark': 'Dark',
  'settings.storage': 'Storage and backup',
  'settings.server': 'Server',
  'settings.shortcuts': 'Keyboard shortcuts',
  'settings.shortcuts.single': 'Shortcuts of a single key (turn them off when you dictate)',
  'settings.dialog': 'This window',
  'settings.everywhere': 'Everywhere',
  'settings.show-shortcuts': 'Show all shortcuts',
  'settings.show-storage': 'Show the storage',
  'settings.key.mod': 'Ctrl',
  'settings.key.shift': 'Shift',
  'settings.key.alt': 'Alt',
  'settings.key.delete': 'Delete',
  'settings.key.escape': 'Esc',
  'settings.key.enter': 'Enter',
  'settings.key. ': 'Space',
} as const satisfies Messages;
