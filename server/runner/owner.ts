import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/*
 * The owner of a runner's leases says which process it is, `machine/process id/start`, so that a server that starts
 * can tell at once whose leases are left over from a crash.
 */

/** A process of this machine, as an owner of leases. */
export function ownerOf(pid: number): string {
  return `${hostname()}/${String(pid)}/${statOf(pid)?.start ?? '?'}`;
}

/**
 * False when the process is known to be gone. A process of another machine cannot be judged and counts as alive;
 * its leases run out by themselves.
 */
export function isOwnerAlive(owner: string): boolean {
  const [machine, pid, start] = owner.split('/');
  if (machine !== hostname() || pid === undefined || start === undefined) return true;
  if (!hasProcess(Number(pid))) return false;
  const stat = statOf(Number(pid));
  if (stat === undefined || start === '?') return true;
  return stat.start === start && !ENDED.includes(stat.state);
}

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Zombies and the dead keep their process id until somebody asks for their exit code. */
const ENDED = ['Z', 'X'];

/**
 * State and start (clock ticks since the boot) of a process: fields 3 and 22 of /proc/<pid>/stat, counted after the
 * name in parentheses, which may hold spaces. Ids are reused, the pair of id and start is not. Linux alone tells.
 */
function statOf(pid: number): { state: string; start: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, start] = [fields[0], fields[19]];
    return state === undefined || start === undefined ? undefined : { state, start };
  } catch {
    return undefined;
  }
}
