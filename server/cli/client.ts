import { createClient, OffcutError, type OffcutClient } from '#client/index.ts';
import { DEFAULT_SERVER } from './command.ts';
import { CliError, EXIT } from './errors.ts';

/**
 * The client of the server that the user means. It throws OffcutError, which `toCliError` puts into words.
 * @param given `--server`, else OFFCUT_SERVER, else the default; `--key`, else OFFCUT_KEY, else none
 * @throws CliError when that is no address
 */
export function openClient({ server, key }: { server?: string; key?: string }): OffcutClient {
  const given = server ?? (process.env.OFFCUT_SERVER || DEFAULT_SERVER);
  const url = URL.parse(given.includes('://') ? given : `http://${given}`);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new CliError(EXIT.usage, `"${given}" is no server address. Use one such as ${DEFAULT_SERVER}.`);
  }
  return createClient({ baseUrl: url.href, apiKey: (key ?? process.env.OFFCUT_KEY) || undefined });
}

/** An error of the client as the end of the command; any other as it is. */
export function toCliError(error: unknown): unknown {
  if (!(error instanceof OffcutError)) return error;
  if (error.status === 401) {
    const detail = `${error.detail} Here it goes into OFFCUT_KEY.`;
    return new CliError(EXIT.failed, detail, { cause: error });
  }
  if (error.code !== 'unreachable') return new CliError(EXIT.failed, error.detail, { cause: error });
  return new CliError(
    EXIT.unreachable,
    `${error.detail} Start one with \`offcut serve\`, or name another with --server or OFFCUT_SERVER.`,
    { cause: error },
  );
}
