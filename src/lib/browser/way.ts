import { TabChannel } from './channel.ts';

/** From the last time that a tab asks for it; groups of files follow each other faster. */
const MILLIS = 1500;

/**
 * Whether to leave a core to the page right now: many files are being added in some tab. With every core at work the
 * page waits for one in the midst of a task, and the user with it.
 */
export function listenForWay(): () => boolean {
  let until = -Infinity;
  new TabChannel().listen(({ kind }) => {
    if (kind === 'make-way') until = performance.now() + MILLIS;
  });
  return () => performance.now() < until;
}
