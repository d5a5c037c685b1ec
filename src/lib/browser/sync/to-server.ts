/** A request with this header is for the server itself: the service worker, which answers for this device, lets it pass. */
export const TO_SERVER = 'offcut-to-server';
