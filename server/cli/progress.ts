import type { WriteStream } from 'node:tty';
import type { JobWire } from '#queue/wire.ts';

const BAR = 30;

export interface Progress {
  show(line: string): void;
  /** Leaves the last line standing. */
  end(): void;
}

/** Where the output is for programs. */
export const SILENT: Progress = { show: () => undefined, end: () => undefined };

/** On a terminal one line that changes; else a line for each change, so that a log file can be read. */
export function createProgress(out: WriteStream = process.stdout): Progress {
  let last = '';
  return {
    show(line) {
      if (line === last) return;
      last = line;
      if (out.isTTY) out.write(`\r\x1b[K${line.slice(0, out.columns - 1)}`);
      else out.write(`${line}\n`);
    },
    end() {
      if (out.isTTY && last !== '') out.write('\n');
    },
  };
}

/** `[##########--------------------] 4/12 images, 1 failed, processing` */
export function jobLine({ progress: { total, processed, failed }, status }: JobWire): string {
  const failures = failed === 0 ? '' : `, ${String(failed)} failed`;
  return `${bar(processed / total)} ${String(processed)}/${String(total)} images${failures}, ${status}`;
}

/** @param share 0 to 1 */
export function bar(share: number): string {
  const full = Math.round(share * BAR);
  return `[${'#'.repeat(full)}${'-'.repeat(BAR - full)}]`;
}
