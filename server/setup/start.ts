/** `npm start`: gets the model's weights, builds the page (which carries them) when it has to be, starts the server. */
import { serveCommand } from '../cli/serve.ts';
import { CliError, EXIT } from '../cli/errors.ts';
import { ensureBuild } from './build.ts';
import { ensureWeights } from './weights.ts';

async function prepare(log: (line: string) => void): Promise<void> {
  await ensureWeights({ log });
  await ensureBuild(log);
}

try {
  await prepare((line) => console.log(line)).catch((cause: unknown) => {
    throw new CliError(EXIT.failed, cause instanceof Error ? cause.message : String(cause), { cause });
  });
  process.exitCode = await serveCommand.run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
