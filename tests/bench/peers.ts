/**
 * Other programs on the same images, taking turns with ours: services at the addresses that are given, or else a Node
 * package with the same ISNet weights, which is installed outside of this project when it is asked for.
 *
 *     node tests/bench/run.ts --only peers --peer-url 'http://127.0.0.1:7000/api/remove?model=u2netp'
 */
import type { FormFile } from '../contract/api-photos.ts';
import { manyPhotos, toForm } from '../server/client.ts';
import { TestServer } from '../support/server.ts';
import { NodePeer } from './node-peer.ts';
import type { Report } from './report.ts';
import type { BenchSettings } from './settings.ts';
import { throughServer } from './through-server.ts';

/** Of a round: the larger model takes ten times as long. */
const IMAGES = { service: 24, node: 12 };
/** Requests under way at a time: enough to keep any service busy. */
const CLIENTS = 4;
const ISNET = 'isnet-small';

type Rate = (files: readonly FormFile[]) => Promise<number>;

export async function benchPeers(report: Report, { rounds, smoke, peerUrls }: BenchSettings): Promise<void> {
  const photos = (count: number) => manyPhotos(smoke ? 1 : count);
  await using server = await TestServer.start();
  const ours =
    (model?: string): Rate =>
    (images) =>
      throughServer(server, images, model === undefined ? {} : { model });
  for (const url of peerUrls) {
    const files = await photos(IMAGES.service);
    await takeTurns(report, url, { ours: ours(), theirs: service(url), files, rounds });
  }
  if (peerUrls.length > 0) return;
  await using peer = await NodePeer.start();
  const name = `${peer.name}, ${ISNET}`;
  await takeTurns(report, name, {
    ours: ours(ISNET),
    theirs: (images) => peer.rate(images),
    files: await photos(IMAGES.node),
    rounds,
    must: 2,
  });
}

interface Turns {
  readonly ours: Rate;
  readonly theirs: Rate;
  readonly files: readonly FormFile[];
  readonly rounds: number;
  readonly must?: number;
}

async function takeTurns(
  report: Report,
  name: string,
  { ours, theirs, files, rounds, must }: Turns,
): Promise<void> {
  // Not measured: both load their model, ours once a runner.
  await theirs(files.slice(0, 1));
  await ours(files);
  const rows: { ours: number; theirs: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    rows.push({ theirs: await theirs(files), ours: await ours(files) });
  }
  const rate = { unit: 'images/s', better: 'more' } as const;
  report.add({ name: `ours, beside ${name}`, ...rate, values: rows.map((row) => row.ours) });
  report.add({ name, ...rate, values: rows.map((row) => row.theirs) });
  const ratios = rows.map((row) => row.ours / row.theirs);
  report.add({ name: `ours / ${name}`, better: 'more', values: ratios, ...(must !== undefined && { must }) });
}

/**
 * Images a second of a service that takes one a request. What the address asks for is said as fields as well, where
 * rembg reads its model from.
 */
function service(url: string): Rate {
  const fields = Object.fromEntries(new URL(url).searchParams);
  return async (files) => {
    const began = performance.now();
    const waiting = [...files];
    const client = async () => {
      for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
        const answer = await fetch(url, {
          method: 'POST',
          body: toForm([{ ...file, field: 'file' }], fields),
        });
        if (!answer.ok) throw new Error(`${url} answered ${String(answer.status)}: ${await answer.text()}`);
        await answer.arrayBuffer();
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
    return (files.length * 1000) / (performance.now() - began);
  };
}
