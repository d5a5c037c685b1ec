import { createRequire } from 'node:module';
import path from 'node:path';

interface Peer {
  removeBackground(image: Blob, options: { model: 'small'; output: { format: string } }): Promise<Blob>;
}

const [folder = ''] = process.argv.slice(2);
const peer = createRequire(path.join(folder, 'package.json'))('@imgly/background-removal-node') as Peer;

type Files = readonly { readonly type: string; readonly bytes: Uint8Array<ArrayBuffer> }[];

async function all(files: Files): Promise<number> {
  const began = performance.now();
  for (const { type, bytes } of files) {
    const result = await peer.removeBackground(new Blob([bytes], { type }), {
      model: 'small',
      output: { format: 'image/png' },
    });
    await result.arrayBuffer();
  }
  return (performance.now() - began) / 1000;
}

process.on('message', (files: Files) => {
  all(files).then(
    (seconds) => process.send?.({ seconds }),
    (error: unknown) => process.send?.({ seconds: 0, error: String(error) }),
  );
});
process.send?.('ready');
