import { randomUUID } from 'node:crypto';
import { mkdir, open, rm, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { fail, ok, warn, type Check, type Finding } from './finding.ts';
import { gigabytes } from './check-runtime.ts';

/** Types of file systems (statfs(2)) whose locks or syncs do not hold what SQLite needs of them. */
const REMOTE: Readonly<Record<number, string>> = {
  0x6969: 'NFS',
  0x517b: 'SMB',
  0xff534d42: 'CIFS',
  0xfe534d42: 'SMB',
  0x01021997: '9P',
  0x65735546: 'FUSE',
  0x5346414f: 'AFS',
  0x00c36400: 'CephFS',
};
const LITTLE_SPACE = 2e9;
/** The server is not ready below this. */
const NO_SPACE = 256 * 1024 * 1024;
const CLOCK_SECONDS = 2;

export const dataFolder: Check = {
  name: 'data folder',
  async run({ dataFolder: folder, blobs }) {
    const findings = [await examine(folder, 'OFFCUT_DATA_DIR')];
    if (blobs.kind === 'disk' && path.dirname(blobs.folder) !== folder) {
      findings.push(await examine(blobs.folder, 'BLOBS'));
    }
    return findings;
  },
};

async function examine(folder: string, variable: string): Promise<Finding> {
  const wrong = await useFolder(folder);
  if (wrong !== undefined) {
    const who = typeof process.getuid === 'function' ? ` (it runs as user ${String(process.getuid())})` : '';
    return fail(
      `${folder}: ${wrong}`,
      `Let the server's user${who} write there, or set ${variable} to another folder.`,
    );
  }
  const { type, bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const detail = `${folder} is writable, ${gigabytes(free)} free`;
  const remote = REMOTE[type];
  if (free < NO_SPACE) return fail(detail, 'Free some space: the server takes no images now.');
  if (remote !== undefined) {
    return warn(
      `${detail}, on ${remote}`,
      `Put it on a local disk (${variable}): locks do not hold on every ${remote}.`,
    );
  }
  if (free < LITTLE_SPACE) return warn(detail, 'Free some space, or shorten OFFCUT_RETENTION_DAYS.');
  return ok(detail);
}

/** @returns what is wrong */
async function useFolder(folder: string): Promise<string | undefined> {
  const probe = path.join(folder, `.doctor-${randomUUID()}`);
  try {
    await mkdir(folder, { recursive: true });
    const handle = await open(probe, 'wx');
    await handle.write('?');
    await handle.sync();
    await handle.close();
    return undefined;
  } catch (cause) {
    return `cannot be written to (${(cause as NodeJS.ErrnoException).code ?? String(cause)})`;
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
}

/** What this was written in: a clock that is behind it has been set back. */
const WRITTEN = Date.UTC(2026, 0, 1);

export const clock: Check = {
  name: 'clock',
  async run({ dataFolder: folder }) {
    const now = Date.now();
    const text = new Date(now).toISOString();
    const remedy = 'Set the clock, and keep it right by NTP: leases and retention go by it.';
    if (now < WRITTEN) return fail(`${text} is past`, remedy);
    const probe = path.join(folder, `.doctor-${randomUUID()}`);
    const handle = await open(probe, 'wx');
    try {
      await handle.write('?');
      const skew = ((await stat(probe)).mtimeMs - Date.now()) / 1000;
      if (Math.abs(skew) > CLOCK_SECONDS) {
        return warn(`the data folder's disk is ${skew.toFixed(1)} s off`, remedy);
      }
    } finally {
      await handle.close();
      await rm(probe, { force: true });
    }
    return ok(text);
  },
};
