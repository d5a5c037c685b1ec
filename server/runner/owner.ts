import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/*
 * The owner of a runner's leases says which process it is, so that a supervisor that starts can tell at once whose
 * leases are left over from a crash: `host/process id/start/boot/process namespace`. Hosts may have the same name, and
 * containers of one host have process ids of their own: only a process that this one could see is judged by its id.
 */

/** A process of this machine, as an owner of leases. */
export function ownerOf(pid: number): string {
  return [hostname(), String(pid), statOf(pid)?.start ?? '?', bootId(), processNamespace()].join('/');
}

/**
 * False when the process is known to be gone. One that cannot be seen from here counts as alive; its leases run out
 * by themselves.
 * @param alone true when no other machine can have leases here: then a process of another boot died with that
 */
export function isOwnerAlive(owner: string, alone: boolean): boolean {
  // Earlier versions did not write the last two.
  const [host, pid, start, boot = bootId(), namespace = processNamespace()] = owner.split('/');
  if (host !== hostname() || pid === undefined || start === undefined) return true;
  if (boot !== bootId()) return !alone;
  if (namespace !== processNamespace()) return true;
  if (!hasProcess(Number(pid))) return false;
  const stat = statOf(Number(pid));
  if (stat === undefined || start === '?') return true;
  return stat.start === start && !ENDED.includes(stat.state);
}

/** Another at every start of the kernel. Linux alone tells. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim().slice(0, 13);
  } catch {
    return '?';
  }
}

/** Within it, process ids mean the same to all. */
function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
  } catch {
    return '?';
  }
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
