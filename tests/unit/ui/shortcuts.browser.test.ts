import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import { Shortcuts } from '../../../src/lib/ui/state/shortcuts.svelte.ts';

let shortcuts: Shortcuts;
let done: string[];
const handle = (event: KeyboardEvent) => shortcuts.handle(event);

function add(name: string, keys: string, modal = false, result?: boolean): () => void {
  const run = () => {
    done.push(name);
    return result;
  };
  return shortcuts.add({ title: 'page.title', modal, shortcuts: [{ keys, title: 'page.undo', run }] });
}

async function press(keys: string): Promise<string[]> {
  done = [];
  await userEvent.keyboard(keys);
  return done;
}

beforeEach(() => {
  shortcuts = new Shortcuts();
  addEventListener('keydown', handle);
});

afterEach(() => {
  removeEventListener('keydown', handle);
  document.body.replaceChildren();
  localStorage.clear();
});

describe('a shortcut', () => {
  test('runs on its keys, and on no others', async () => {
    add('redo', 'mod+shift+z');
    add('help', '?');
    expect(await press('z')).toEqual([]);
    expect(await press('{Control>}z{/Control}')).toEqual([]);
    expect(await press('{Control>}{Shift>}Z{/Shift}{/Control}')).toEqual(['redo']);
    expect(await press('{Shift>}?{/Shift}')).toEqual(['help']);
  });

  test('belongs to the last that took the key, until that is gone', async () => {
    add('gallery', 'delete');
    const remove = add('editor', 'delete');
    expect(await press('{Delete}')).toEqual(['editor']);
    remove();
    expect(await press('{Delete}')).toEqual(['gallery']);
  });

  test('leaves Escape to a popup that is open', async () => {
    add('clear the selection', 'escape');
    document.body.innerHTML = '<div popover>Options</div>';
    const popup = document.querySelector<HTMLElement>('[popover]');
    popup?.showPopover();
    expect(await press('{Escape}')).toEqual([]);
    expect(popup?.matches(':popover-open')).toBe(false);
    expect(await press('{Escape}')).toEqual(['clear the selection']);
  });

  test('rests while a dialog is open over it', async () => {
    add('gallery', 'delete');
    const close = add('dialog', 'escape', true);
    expect(await press('{Delete}')).toEqual([]);
    expect(await press('{Escape}')).toEqual(['dialog']);
    close();
    expect(await press('{Delete}')).toEqual(['gallery']);
  });

  test('keeps out of what is typed, and out of the keys of a control', async () => {
    add('letter', 'c');
    add('next', 'arrowright');
    document.body.innerHTML = '<input type="text"><input type="range">';
    const [text, range] = document.querySelectorAll('input');
    text?.focus();
    expect(await press('c')).toEqual([]);
    range?.focus();
    expect(await press('{ArrowRight}')).toEqual([]);
    expect(await press('c')).toEqual(['letter']);
  });

  test('of a single key can be switched off, which is remembered', async () => {
    add('letter', 'c');
    add('all', 'mod+a');
    shortcuts.singleKeys = false;
    shortcuts.save(() => localStorage);
    expect(await press('c')).toEqual([]);
    expect(await press('{Control>}a{/Control}')).toEqual(['all']);
    const later = new Shortcuts();
    later.load(() => localStorage);
    expect(later.singleKeys).toBe(false);
  });

  test('is found by its place on a keyboard without Latin letters', () => {
    add('cut', 'c');
    done = [];
    dispatchEvent(new KeyboardEvent('keydown', { key: 'ؤ', code: 'KeyC' }));
    expect(done).toEqual(['cut']);
  });
});
