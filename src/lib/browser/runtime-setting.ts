import type { RuntimeChoice } from './matting-worker/interface.ts';

const KEY = 'offcut.runtime';

/** `?runtime=wasm` or `webgpu` in the address, else the same in localStorage, else automatic. */
export function runtimeSetting(address: URL, storage: Storage | undefined): RuntimeChoice {
  const wish = address.searchParams.get('runtime') ?? storage?.getItem(KEY);
  if (wish === 'wasm') return { prefer: 'wasm', because: 'WebGPU is switched off by a setting.' };
  if (wish === 'webgpu') return { prefer: 'webgpu', because: 'it is switched on by a setting' };
  return { prefer: 'auto' };
}
