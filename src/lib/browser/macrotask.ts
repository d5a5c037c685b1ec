/**
 * Lets messages in: what was posted to this page or worker before is delivered before it resolves, as a promise's own
 * continuation would not. An abort can be heard only in such gaps.
 */
export function macrotask(): Promise<void> {
  const { port1, port2 } = new MessageChannel();
  const { promise, resolve } = Promise.withResolvers<void>();
  port1.onmessage = () => {
    port1.close();
    resolve();
  };
  port2.postMessage(null);
  return promise;
}
