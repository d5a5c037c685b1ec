import type { FormFile } from '../contract/api-photos.ts';
import { finished, submit } from '../server/client.ts';
import type { TestServer } from '../support/server.ts';

/**
 * Images a second, from the moment the client begins to send until it has heard that the last one is done.
 * @throws Error when one failed
 */
export async function throughServer(
  server: TestServer,
  files: readonly FormFile[],
  fields: Record<string, string> = {},
): Promise<number> {
  const began = performance.now();
  const { job_id: id } = await submit(server, files, fields);
  const job = await finished(server, id);
  if (job.progress.processed !== files.length || job.progress.failed > 0) {
    throw new Error(`The server did not process them all: ${JSON.stringify(job.results)}`);
  }
  return (files.length * 1000) / (performance.now() - began);
}
