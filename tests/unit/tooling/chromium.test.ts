import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { chromiumArguments, ensureChromium, findChromium } from '../../support/chromium.ts';

describe('the search for a Chromium', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'offcut-chromium-'));
    vi.stubEnv('CHROMIUM_PATH', '');
    vi.stubEnv('CHROME_PATH', '');
    vi.stubEnv('PATH', folder);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  function executable(name: string): string {
    const path = join(folder, name);
    writeFileSync(path, '#!/bin/sh\n');
    chmodSync(path, 0o755);
    return path;
  }

  test('prefers what the environment names to what is on the PATH', () => {
    executable('chromium');
    const named = executable('my-browser');
    vi.stubEnv('CHROME_PATH', named);
    expect(findChromium()).toBe(named);
  });

  test('finds the system’s under any of its names', () => {
    const path = executable('google-chrome');
    expect(findChromium()).toBe(path);
  });

  test('hands what it found to child processes', () => {
    const path = executable('chromium-browser');
    expect(ensureChromium()).toBe(path);
    expect(process.env['CHROMIUM_PATH']).toBe(path);
  });

  test('refuses a setting that names no file, rather than testing another browser', () => {
    executable('chromium');
    vi.stubEnv('CHROMIUM_PATH', join(folder, 'gone'));
    expect(() => findChromium()).toThrow(/CHROMIUM_PATH is .*gone, but there is no such file/);
  });
});

test('WebGPU in software is offered on demand only: it is slow', () => {
  expect(chromiumArguments()).not.toContain('--use-webgpu-adapter=swiftshader');
  expect(chromiumArguments({ softwareWebGpu: true })).toContain('--use-webgpu-adapter=swiftshader');
});
