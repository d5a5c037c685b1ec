/** What is installed is what was looked at: from the registry alone, each file with its checksum. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fromRoot } from '../../support/run-script.ts';

interface Locked {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly inBundle?: boolean;
}

const read = (file: string): unknown => JSON.parse(readFileSync(fromRoot(file), 'utf8'));
const lock = read('package-lock.json') as {
  lockfileVersion: number;
  packages: Record<string, Locked & { dependencies?: object; devDependencies?: object }>;
};
const manifest = read('package.json') as Record<'dependencies' | 'devDependencies', Record<string, string>>;
/** What comes inside another package's file has that one's checksum. */
const files = Object.entries(lock.packages).filter(([name, { inBundle }]) => name !== '' && !inBundle);

describe('the lock file', () => {
  test('has a checksum of every package, by SHA-512', () => {
    expect(files.length).toBeGreaterThan(100);
    const without = files.filter(([, { integrity }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''));
    expect(without.map(([name]) => name)).toEqual([]);
  });

  test('takes every package from the registry, and none from a repository, an address or a folder', () => {
    // Nothing said is the registry that npm is set to.
    const elsewhere = files.filter(
      ([, { resolved, link }]) =>
        link === true ||
        (resolved !== undefined && !/^https:\/\/registry\.npmjs\.org\/[^?#]+\.tgz$/.test(resolved)),
    );
    expect(elsewhere).toEqual([]);
    const wanted = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(wanted.filter(([, range]) => !/^[\^~]?\d/.test(range))).toEqual([]);
  });

  test('is of this package.json', () => {
    const root = lock.packages[''];
    expect(root?.dependencies).toEqual(manifest.dependencies);
    expect(root?.devDependencies).toEqual(manifest.devDependencies);
  });
});
