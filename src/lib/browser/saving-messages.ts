/*
 * How the page streams a file to disk where it may not open one itself: it posts the chunks to the service worker, which
 * answers a download with them, as they are asked for.
 */

/** From the page, with a port for the chunks. */
export interface SavingRequest {
  readonly type: 'SAVE';
  /** Makes the address of the download. */
  readonly id: string;
  readonly name: string;
  readonly mediaType: string;
}

/** From the page, now and then, so that the browser does not end a service worker that only streams. */
export interface SavingGoesOn {
  readonly type: 'SAVING';
}

/** From the service worker, through the port. */
export type SavingWish = 'ready' | 'pull' | 'cancel';

/** From the page, through the port. */
export type SavingChunk =
  { readonly chunk: Uint8Array } | { readonly done: true } | { readonly failed: string };

export const SAVING_PATH = '/saving/';
