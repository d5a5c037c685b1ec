/**
 * A body that is made as it is read, and no sooner. When it is not wanted any more, `onCancel` is called first, so that whatever
 * `chunks` waits for can end; its `finally` runs in every case.
 */
export function toBody(
  chunks: AsyncGenerator<Uint8Array | string, void, undefined>,
  onCancel: () => void = () => undefined,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(typeof value === 'string' ? encoder.encode(value) : value);
      },
      async cancel() {
        onCancel();
        await chunks.return().catch(() => undefined);
      },
    },
    { highWaterMark: 0 },
  );
}
