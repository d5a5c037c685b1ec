import type { ShortcutGroup } from '../state/shortcuts.svelte.ts';
import type { Brush } from './brush.svelte.ts';
import type { Editing } from './editing.svelte.ts';
import type { Stage } from './stage/stage.svelte.ts';
import type { Tab } from './tabs.ts';

interface Parts {
  readonly editing: Editing;
  readonly stage: () => Stage | undefined;
  readonly brush: Brush;
  readonly go: (step: number) => void;
  readonly choose: (tab: Tab | undefined) => void;
  readonly download: () => void;
  /** Shows all shortcuts. */
  readonly help: () => void;
}

/** What keys do while the editor is open; those of the stage itself (arrows, Space) are in StageView. */
export function editorShortcuts({ editing, stage, brush, go, choose, download, help }: Parts): ShortcutGroup {
  const onStage = (run: (on: Stage) => void) => () => {
    const on = stage();
    if (on === undefined) return false;
    run(on);
    return true;
  };
  const withBrush = (run: () => void) =>
    onStage((on) => {
      if (on.tool !== 'brush') choose('brush');
      run();
    });
  return {
    title: 'editor.name',
    modal: true,
    shortcuts: [
      { keys: 'mod+z', title: 'editor.undo', run: () => editing.undo() },
      { keys: 'mod+shift+z', title: 'editor.redo', run: () => editing.redo() },
      { keys: 'mod+y', title: 'editor.redo', run: () => editing.redo() },
      { keys: 'mod+s', title: 'editor.download', run: download },
      { keys: 'c', title: 'editor.compare', run: onStage((on) => (on.comparing = !on.comparing)) },
      { keys: '0', title: 'editor.zoom.fit', run: onStage((on) => on.fit()) },
      { keys: '1', title: 'editor.zoom.actual', run: onStage((on) => on.actualSize()) },
      { keys: '+', title: 'editor.zoom.in', run: onStage((on) => on.zoomBy(1.5)) },
      { keys: '=', title: 'editor.zoom.in', run: onStage((on) => on.zoomBy(1.5)) },
      { keys: '-', title: 'editor.zoom.out', run: onStage((on) => on.zoomBy(1 / 1.5)) },
      { keys: 'b', title: 'editor.brush', run: onStage(() => choose('brush')) },
      { keys: 'e', title: 'editor.brush.erase', run: withBrush(() => (brush.mode = 'erase')) },
      { keys: 'k', title: 'editor.brush.keep', run: withBrush(() => (brush.mode = 'keep')) },
      { keys: '[', title: 'editor.brush.smaller', run: withBrush(() => brush.resize(1 / 1.2)) },
      { keys: ']', title: 'editor.brush.larger', run: withBrush(() => brush.resize(1.2)) },
      { keys: '?', title: 'settings.show-shortcuts', run: help },
      { keys: 'pageup', title: 'editor.previous', run: () => go(-1) },
      { keys: 'pagedown', title: 'editor.next', run: () => go(1) },
    ],
  };
}
