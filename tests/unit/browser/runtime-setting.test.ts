import { describe, expect, it } from 'vitest';
import { runtimeSetting } from '../../../src/lib/browser/runtime-setting.ts';

const stored = (value: string) => ({ getItem: () => value }) as unknown as Storage;
const prefer = (address: string, storage?: Storage) =>
  runtimeSetting(new URL(address, 'https://offcut.example'), storage).prefer;

describe('which runtime to use', () => {
  it('is found out automatically, unless it is set', () => {
    expect(prefer('/')).toBe('auto');
    expect(prefer('/', stored('cuda'))).toBe('auto');
  });

  it('can be set in the address or, for good, in localStorage; the address wins', () => {
    expect(prefer('/?runtime=wasm')).toBe('wasm');
    expect(prefer('/', stored('webgpu'))).toBe('webgpu');
    expect(prefer('/?runtime=wasm', stored('webgpu'))).toBe('wasm');
  });
});
