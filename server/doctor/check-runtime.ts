import { freemem } from 'node:os';
import type { Config } from '../config.ts';
import { RUNNER_BYTES, SERVER_BYTES, thisMachine } from '../runner/split-cores.ts';
import { fail, ok, warn, type Check } from './finding.ts';

export const nodeVersion: Check = {
  name: 'node',
  async run() {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    const runs = major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18);
    const version = `Node ${process.versions.node}`;
    return runs
      ? ok(version)
      : fail(version, 'Use Node 22.18 or newer: `npm ci` installs one beside Offcut.');
  },
};

export const nativeModules: Check = {
  name: 'native modules',
  async run() {
    const { default: sharp } = await import('sharp');
    const ort = await import('onnxruntime-node');
    return ok(
      `sharp ${sharp.versions.sharp} (libvips ${sharp.versions.vips}), onnxruntime ${ort.env.versions.node ?? '?'}`,
    );
  },
};

export const resources: Check = {
  name: 'machine',
  async run({ runners, threads, concurrency }: Config) {
    const { cores, memoryBytes: memory } = thisMachine();
    const split = `${String(runners)} runners of ${String(threads)} threads, ${String(concurrency)} images each`;
    const detail = `${String(cores)} cores, ${gigabytes(memory)} of memory (${gigabytes(freemem())} free): ${split}`;
    if (runners * threads > 2 * cores) {
      return warn(
        detail,
        `Threads wait for cores: have OFFCUT_RUNNERS × OFFCUT_THREADS make ${String(cores)}.`,
      );
    }
    const needed = SERVER_BYTES + runners * RUNNER_BYTES;
    if (needed <= memory) return ok(detail);
    const most = Math.max(1, Math.floor((memory - SERVER_BYTES) / RUNNER_BYTES));
    return warn(detail, `They need ${gigabytes(needed)}: set OFFCUT_RUNNERS=${String(most)}.`);
  },
};

export function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
