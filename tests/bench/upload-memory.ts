/**
 * Memory of the API process while many clients upload at once: it must not hold what it passes on.
 *
 *     node tests/bench/run.ts --only uploads
 */
import { peakMemoryBytes } from '../support/memory.ts';
import { uploadZeros } from '../support/endless-upload.ts';
import { TestServer } from '../support/server.ts';
import type { Report } from './report.ts';
import type { BenchSettings } from './settings.ts';

const MIB = 1024 * 1024;

const CLIENTS = 100;
const MEGABYTES = 20;

/** On Linux, which tells the most memory that a process ever had. */
export async function benchUploadMemory(report: Report, { smoke }: BenchSettings): Promise<void> {
  if (process.platform !== 'linux') return;
  const [clients, megabytes] = smoke ? [2, 1] : [CLIENTS, MEGABYTES];
  await using server = await TestServer.start({ env: { OFFCUT_RUNNERS: '0', OFFCUT_LOG_LEVEL: 'warn' } });
  // One upload loads what an upload needs.
  await uploadZeros(server.url, MIB);
  const began = performance.now();
  const answers = await Promise.all(
    Array.from({ length: clients }, () => uploadZeros(server.url, megabytes * MIB)),
  );
  const seconds = (performance.now() - began) / 1000;
  const refused = answers.find(({ status }) => status !== 200);
  if (refused !== undefined) throw new Error(`An upload was refused: ${refused.body}`);
  const peak = peakMemoryBytes(server.pid);
  const name = `${String(clients)} clients of ${String(megabytes)} MB each`;
  report.add({
    name: `${name}: most memory of the server`,
    unit: 'MB',
    better: 'less',
    must: 200,
    values: [peak / MIB],
  });
  report.add({
    name: `${name}: taken in`,
    unit: 'MB/s',
    better: 'more',
    values: [(clients * megabytes) / seconds],
  });
}
