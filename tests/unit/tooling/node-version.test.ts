import { expect, test } from 'vitest';

test('npm scripts run on the Node of the project, which has node:sqlite and type stripping', () => {
  const [major = 0] = process.versions.node.split('.').map(Number);
  expect(major).toBeGreaterThanOrEqual(24);
});
