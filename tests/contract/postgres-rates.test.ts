/** Counts of requests that servers share, and what becomes of them while their database is away. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RateLimits } from '../../server/access/rate-limits.ts';
import { openPostgresKeys } from '../../server/stores/postgres/keys.ts';
import { openPostgresRates } from '../../server/stores/postgres/rates.ts';
import { newPostgresStorage } from '../support/postgres-storage.ts';
import { TestPostgres } from '../support/postgres.ts';

let server: TestPostgres;
let url: string;
const opened: RateLimits[] = [];
beforeAll(async () => {
  server = await TestPostgres.start({ durable: false });
  ({ url } = await newPostgresStorage(server));
  await (await openPostgresKeys(url)).close();
});
afterAll(async () => {
  for (const rates of opened) await rates.close();
  await server[Symbol.asyncDispose]();
});

function open(): RateLimits {
  const rates = new RateLimits(openPostgresRates(url));
  opened.push(rates);
  return rates;
}

test('one server counts on from the other', async () => {
  const [one, other] = [open(), open()];
  expect(await one.take('images', 'shop', 10, 6)).toMatchObject({ remaining: 4, exceeded: false });
  expect(await other.take('images', 'shop', 10, 5)).toMatchObject({ remaining: 4, exceeded: true });
  expect(await other.take('images', 'shop', 10, 4)).toMatchObject({ remaining: 0, exceeded: false });
  expect(await one.look('images', 'shop', 10)).toMatchObject({ remaining: 0, exceeded: true });
  expect(one.bucketOf('203.0.113.1')).toBe(other.bucketOf('203.0.113.1'));
});

test('however many ask at once, no more fit than fit', async () => {
  const servers = [open(), open()];
  const asked = Array.from({ length: 40 }, (_, n) => servers[n % 2]?.take('requests', 'busy', 1000));
  const remaining = (await Promise.all(asked)).map((standing) => standing?.remaining);
  expect(new Set(remaining).size).toBe(40);
  expect(Math.min(...remaining.map(Number))).toBe(960);
});

test('without the database each counts for itself, and nobody is turned away for it', async () => {
  const rates = open();
  await server.kill();
  expect(await rates.take('requests', 'shop', 10)).toMatchObject({ remaining: 9, exceeded: false });
  expect(await rates.take('requests', 'shop', 10)).toMatchObject({ remaining: 8, exceeded: false });
});
