import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { isOwnerAlive, ownerOf } from '../../../server/runner/owner.ts';

/** The owner that a process was which has ended, and been asked for its exit code. */
async function deadOwner(): Promise<string> {
  const child = spawn(process.execPath, ['--eval', 'process.stdin.resume()'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  await once(child, 'spawn');
  const owner = ownerOf(child.pid ?? 0);
  expect(isOwnerAlive(owner, false)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  return owner;
}

function changed(owner: string, part: number, value: string): string {
  return owner
    .split('/')
    .map((text, index) => (index === part ? value : text))
    .join('/');
}

test('a process of this machine is judged: one that has ended is gone', async () => {
  const owner = await deadOwner();
  expect(isOwnerAlive(owner, false)).toBe(false);
  expect(isOwnerAlive(owner, true)).toBe(false);
  expect(isOwnerAlive(ownerOf(process.pid), false)).toBe(true);
});

test('one with the same id that began at another time is not it', () => {
  expect(isOwnerAlive(changed(ownerOf(process.pid), 2, '1'), false)).toBe(false);
});

test('one of another machine, or of a container beside this one, is left to its leases', async () => {
  const owner = await deadOwner();
  expect(isOwnerAlive(changed(owner, 0, 'elsewhere'), true)).toBe(true);
  expect(isOwnerAlive(changed(owner, 4, '4026599999'), true)).toBe(true);
});

test('a machine of the same name is told by its boot, unless there can be no other machine', async () => {
  const owner = changed(await deadOwner(), 3, '00000000-0000');
  expect(isOwnerAlive(owner, false)).toBe(true);
  expect(isOwnerAlive(owner, true)).toBe(false);
});

test('an owner that an earlier version wrote is judged as that did', () => {
  expect(isOwnerAlive(`${hostname()}/${String(process.pid)}/1`, false)).toBe(false);
  expect(isOwnerAlive('elsewhere/1/1', false)).toBe(true);
});
