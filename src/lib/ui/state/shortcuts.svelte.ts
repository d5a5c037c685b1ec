import { untrack } from 'svelte';
import type { PlainTextKey } from '../i18n/text.ts';

export interface Shortcut {
  /** `?`, `delete`, `arrowleft`, `mod+a`, `mod+shift+z`: in lower case; `mod` is Command on a Mac, Control elsewhere. */
  readonly keys: string;
  /** What it does, for the sheet. */
  readonly title: PlainTextKey;
  /** Returns false when there was nothing to do: the browser then does what it would have done. */
  readonly run: () => boolean | void;
}

export interface ShortcutGroup {
  readonly title: PlainTextKey;
  /** True while a dialog is open: the groups that were added before it are then at rest. */
  readonly modal?: boolean;
  readonly shortcuts: readonly Shortcut[];
}

const KEY = 'offcut.single-keys';
const TYPING =
  'input:not([type=checkbox], [type=radio], [type=range], [type=button], [type=color]), textarea, select, [contenteditable]';
/** Keys that mean something to whatever has the focus. */
const OF_CONTROLS = ['enter', ' ', 'arrowleft', 'arrowright', 'arrowup', 'arrowdown', 'home', 'end'];
const CONTROLS = 'input, select, button, a, summary, [role=slider], [role=option], [role=grid] *';

/**
 * All keyboard shortcuts there are, so that the sheet can list them and no two components fight over a key: what was
 * added last is asked first. A component adds its own with `$effect(() => shortcuts.add({ … }))`.
 */
export class Shortcuts {
  /** The last has the first say. */
  groups = $state.raw<readonly ShortcutGroup[]>([]);
  /** Shortcuts without a modifier can be switched off: speech input types letters by accident (WCAG 2.1.4). */
  singleKeys = $state(true);

  /** @returns takes the group away again */
  add(group: ShortcutGroup): () => void {
    // An effect that adds its group must not run again because of it.
    untrack(() => (this.groups = [...this.groups, group]));
    return () => untrack(() => (this.groups = this.groups.filter((other) => other !== group)));
  }

  load(storage: () => Storage): void {
    try {
      this.singleKeys = storage().getItem(KEY) !== 'off';
    } catch {
      // Forbidden storage: the default.
    }
  }

  save(storage: () => Storage): void {
    try {
      storage().setItem(KEY, this.singleKeys ? 'on' : 'off');
    } catch {
      // Forbidden storage costs the memory of the choice, and nothing else.
    }
  }

  /** Runs what the key stands for, if anything does. Put it on the window's `keydown`. */
  handle(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || this.#belongsToFocus(event)) return;
    const keys = keysOfEvent(event);
    for (const { shortcuts } of this.#awake()) {
      const shortcut = shortcuts.find((each) => each.keys === keys);
      if (shortcut === undefined) continue;
      if (shortcut.run() !== false) event.preventDefault();
      return;
    }
  }

  /** The last first. */
  #awake(): ShortcutGroup[] {
    const modal = this.groups.findLastIndex((group) => group.modal === true);
    return this.groups.slice(Math.max(0, modal)).reverse();
  }

  #belongsToFocus(event: KeyboardEvent): boolean {
    // It closes what is open, and nothing else.
    if (event.key === 'Escape' && document.querySelector(':popover-open') !== null) return true;
    if (event.ctrlKey || event.metaKey) return isIn(event, TYPING);
    if (!this.singleKeys && event.key.length === 1) return true;
    return isIn(event, TYPING) || (OF_CONTROLS.includes(event.key.toLowerCase()) && isIn(event, CONTROLS));
  }
}

function isIn({ target }: Event, selector: string): boolean {
  return target instanceof Element && target.closest(selector) !== null;
}

/** The event in the notation of `Shortcut.keys`. */
export function keysOfEvent(event: KeyboardEvent): string {
  const letter = letterOf(event);
  // A sign such as ? is what it is, with or without Shift.
  const shift = event.shiftKey && (letter.length > 1 || /[a-z]/.test(letter));
  const modifiers = [(event.ctrlKey || event.metaKey) && 'mod', event.altKey && 'alt', shift && 'shift'];
  return [...modifiers.filter(Boolean), letter].join('+');
}

/** By the sign on the key; on keyboards without Latin letters by the key's place. */
function letterOf({ key, code }: KeyboardEvent): string {
  const isOtherScript = key.length === 1 && /\p{Letter}/u.test(key) && !/\p{Script=Latin}/u.test(key);
  return (isOtherScript && /^Key[A-Z]$/.test(code) ? code.slice(3) : key).toLowerCase();
}
