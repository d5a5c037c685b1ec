/** What the browser's WebGPU offers: `why` completes "… WebGPU, because". */
export type AdapterFinding =
  | { readonly kind: 'hardware'; readonly name: string }
  | { readonly kind: 'software'; readonly name: string }
  | { readonly kind: 'none'; readonly why: string };

/** Renderers that compute on the CPU: slower than WebAssembly there. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|lavapipe|basic render|warp/i;

/** Asks for an adapter, as onnxruntime will; works in a page, a worker and a service worker. */
export async function findAdapter(): Promise<AdapterFinding> {
  if (!('gpu' in navigator)) return { kind: 'none', why: 'This browser has no WebGPU.' };
  try {
    const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
    if (adapter === null) return { kind: 'none', why: 'This browser offers no WebGPU adapter.' };
    return classify(adapter);
  } catch (cause) {
    return { kind: 'none', why: `WebGPU could not be asked for an adapter (${String(cause)}).` };
  }
}

function classify(adapter: GPUAdapter): AdapterFinding {
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  const text = [vendor, architecture, device, description].join(' ');
  const name = description || [vendor, architecture].filter(Boolean).join(' ') || 'unnamed';
  // Before `info.isFallbackAdapter` it was a property of the adapter itself.
  const fallback =
    isFallbackAdapter ?? ('isFallbackAdapter' in adapter && adapter.isFallbackAdapter === true);
  return { kind: fallback || SOFTWARE.test(text) ? 'software' : 'hardware', name };
}
