/** Measures one case after the other: draws or reads it, runs the network once, then every method. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Case, CaseResult, MethodResult } from './case.ts';
import { loadCase } from './load.ts';
import { chosenMethods, run } from './methods.ts';
import { score } from './metrics/index.ts';
import { openNetwork } from './network.ts';
import { asPicture, onMagenta } from './picture.ts';

if (!parentPort) throw new Error('Started by pool.ts as a worker thread.');
const port = parentPort;
const methods = chosenMethods(workerData as readonly string[]);

const network = await openNetwork();

async function measure(item: Case): Promise<CaseResult> {
  const { name, tag, image, alpha, colours } = await loadCase(item);
  const seen = await network(image);
  const results: MethodResult[] = [];
  for (const method of methods) {
    const found = run(method, image, seen);
    results.push({
      method: method.id,
      scores: score(found, { alpha, colours }),
      milliseconds: found.milliseconds,
      picture: await onMagenta(found),
    });
  }
  const exact = await onMagenta({ alpha, colours: colours ?? image });
  return { name, tag, megapixels: alpha.data.length / 1e6, input: await asPicture(image), exact, results };
}

port.on('message', (item: Case) => {
  measure(item).then(
    (result) => port.postMessage(result),
    (cause: unknown) => {
      // Thrown outside the promise, so that the thread dies with it and the pool hears of it.
      queueMicrotask(() => {
        throw cause;
      });
    },
  );
});
