import type { KeyStore } from '../../access/key-store.ts';
import { openKeys } from '../../storage.ts';
import { DatabaseOpenError } from '../../stores/postgres/errors.ts';
import { StoreOpenError } from '../../stores/sqlite/errors.ts';
import { configOf } from '../data-folder.ts';
import { CliError, EXIT } from '../errors.ts';

/** Lends the keys of the server whose settings these are. @throws CliError when they cannot be opened */
export async function withKeys<T>(data: string | undefined, use: (keys: KeyStore) => Promise<T>): Promise<T> {
  const keys = await open(data);
  try {
    return await use(keys);
  } finally {
    await keys.close();
  }
}

async function open(data: string | undefined): Promise<KeyStore> {
  try {
    return await openKeys(configOf(data));
  } catch (cause) {
    const isExpected = cause instanceof StoreOpenError || cause instanceof DatabaseOpenError;
    throw isExpected ? new CliError(EXIT.failed, cause.message, { cause }) : cause;
  }
}

/** @throws CliError that says how to find the right id */
export function unknownKey(id: string): CliError {
  return new CliError(
    EXIT.failed,
    `There is no key "${id}" here. \`offcut keys list\` shows those that there are.`,
  );
}
