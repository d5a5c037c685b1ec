/** `npm start`: builds the page when it has to be built, gets the model's weights, and starts the server. */
import { serveCommand } from '../cli/serve.ts';
import { CliError, EXIT } from '../cli/errors.ts';
import { ensureBuild } from './build.ts';

try {
  await ensureBuild((line) => console.log(line)).catch((cause: unknown) => {
    throw new CliError(EXIT.failed, cause instanceof Error ? cause.message : String(cause), { cause });
  });
  // It also makes sure of the weights.
  process.exitCode = await serveCommand.run(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof CliError)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
