/** The client of Offcut's REST contract: docs/sdk.md. */
export { createClient, type ClientOptions } from './client.ts';
export { OffcutError, type ClientErrorCode, type OffcutErrorCode } from './errors.ts';
export type { ClientSettings } from './http.ts';
export type { OffcutClient } from './interface.ts';
export type * from './types.ts';
export { isOver, type WatchSettings } from './watch.ts';
