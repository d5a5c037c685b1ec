import { STATES } from '#queue/states.ts';
import { expect, test } from 'vitest';

test('browser suites run in a real Chromium with IndexedDB and Web Locks', async () => {
  expect(navigator.userAgent).toContain('Chrome/');
  const database = await new Promise<IDBDatabase>((resolve, reject) => {
    const request = indexedDB.open('tooling');
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('indexedDB.open failed'));
  });
  database.close();
  await expect(navigator.locks.request('tooling', () => 'held')).resolves.toBe('held');
});

test('the page is cross-origin isolated, so WebAssembly may use threads', () => {
  expect(globalThis.crossOriginIsolated).toBe(true);
  expect(new SharedArrayBuffer(8).byteLength).toBe(8);
});

test('shared layers are imported as on the server', () => {
  expect(STATES).toContain('completed');
});

test('onnxruntime finds its WebAssembly', async () => {
  const { InferenceSession } = await import('onnxruntime-web/wasm');
  // Not a model: the runtime has to be up to say so.
  await expect(InferenceSession.create(new Uint8Array(8))).rejects.toThrow(/protobuf|model/i);
});
