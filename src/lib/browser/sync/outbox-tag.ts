/** Tag of the Background Sync that is asked for when something waits to be sent. */
export const OUTBOX_TAG = 'offcut-outbox';
/** Held by whoever syncs: a page's worker, or the service worker while there is no page. */
export const SYNC_LOCK = 'offcut-sync';
