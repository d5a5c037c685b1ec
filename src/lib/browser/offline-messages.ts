/** On this BroadcastChannel a service worker that installs itself says how far it is. */
export const STORING_CHANNEL = 'offcut-storing';

export interface StoringMessage {
  /** Of the bytes to store, 0 to 1. */
  readonly fraction: number;
}
