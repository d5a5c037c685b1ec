import { readFileSync } from 'node:fs';

/** Memory that a process has in RAM at most, since its start or the last `resetPeak`. Linux only. */
export function peakMemoryBytes(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1]) * 1024;
}
