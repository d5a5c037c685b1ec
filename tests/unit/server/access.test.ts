/** The parts that tell clients apart: what a key looks like, what is remembered of it, whose address it is, how often. */
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { clientAddress } from '../../../server/access/client-address.ts';
import type { ApiKey, KeyStore } from '../../../server/access/key-store.ts';
import { hashOfKeyText, idOfKeyText, isHashOf, newKeyText } from '../../../server/access/key-text.ts';
import { KnownKeys } from '../../../server/access/known-keys.ts';
import { DEFAULT_KEY_LIMITS, newKey } from '../../../server/access/new-key.ts';
import { rateHeaders, RateLimits } from '../../../server/access/rate-limits.ts';
import { isWebhookSecret, newWebhookSecret } from '../../../server/webhooks/secret.ts';

const CHARACTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-. ü'.split('');

describe('the text of a key', () => {
  test('has its id, is found by a scanner, and is another one each time', () => {
    const texts = Array.from({ length: 200 }, newKeyText);
    for (const { id, text } of texts) {
      expect(text).toMatch(/^offcut_[0-9A-Za-z]{12}_[0-9A-Za-z]{38}$/);
      expect(idOfKeyText(text)).toBe(id);
    }
    expect(new Set(texts.map(({ text }) => text)).size).toBe(texts.length);
  });

  test('with any one character changed, left out or put in is none', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.constantFrom(...CHARACTERS),
        fc.constantFrom(0, 1, 2),
        (at, character, how) => {
          const { text } = newKeyText();
          const place = at % text.length;
          const changed =
            text.slice(0, place) + (how === 2 ? '' : character) + text.slice(place + (how === 1 ? 0 : 1));
          fc.pre(changed !== text);
          expect(idOfKeyText(changed)).toBeUndefined();
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('any text is answered, and only keys are keys', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => idOfKeyText(text) === undefined));
  });

  test('is not what is stored', () => {
    const { text } = newKeyText();
    const hash = hashOfKeyText(text);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(isHashOf(hash, text)).toBe(true);
    expect(isHashOf(hash, `${text}x`)).toBe(false);
    expect(isHashOf('', text)).toBe(false);
  });
});

test('a new webhook secret is one; what is too short or no base64 is none', () => {
  expect(isWebhookSecret(newWebhookSecret())).toBe(true);
  for (const text of ['', 'whsec_', 'whsec_c2hvcnQ=', `whsec_${'!'.repeat(40)}`, 'A'.repeat(48)]) {
    expect(isWebhookSecret(text), text).toBe(false);
  }
});

describe('what is known of keys', () => {
  function known(key: ApiKey | undefined) {
    let now = 1_000_000;
    const store = {
      find: vi.fn<KeyStore['find']>(async (id) => (id === key?.id ? key : undefined)),
      any: vi.fn<KeyStore['any']>(async () => key !== undefined),
      used: vi.fn<KeyStore['used']>(async () => undefined),
    };
    const keys = new KnownKeys(store as unknown as KeyStore, () => now);
    return { keys, store, pass: (millis: number) => (now += millis) };
  }
  const { key } = newKey({ name: 'shop', limits: DEFAULT_KEY_LIMITS, operator: false }, 0);

  test('is asked for once in two seconds, and then anew, so that a revoked key is soon out', async () => {
    const { keys, store, pass } = known(key);
    await Promise.all([keys.find(key.id), keys.find(key.id)]);
    pass(1999);
    expect(await keys.find(key.id)).toBe(key);
    expect(store.find).toHaveBeenCalledTimes(1);
    store.find.mockResolvedValue({ ...key, revokedAt: 5 });
    pass(1);
    expect(await keys.find(key.id)).toMatchObject({ revokedAt: 5 });
  });

  test('a store that failed is asked again at once', async () => {
    const { keys, store } = known(key);
    store.find.mockRejectedValueOnce(new Error('gone'));
    await expect(keys.find(key.id)).rejects.toThrow('gone');
    expect(await keys.find(key.id)).toBe(key);
  });

  test('is bounded, whatever strangers ask for', async () => {
    const { keys, store } = known(key);
    await keys.find(key.id);
    for (let n = 0; n < 10_000; n += 1) await keys.find(`stranger-${String(n)}`);
    store.find.mockClear();
    await keys.find(key.id);
    expect(store.find, 'the oldest was forgotten').toHaveBeenCalledTimes(1);
  });

  test('a first key closes the server within two seconds, and then for good', async () => {
    const { keys, store, pass } = known(undefined);
    expect(await keys.any()).toBe(false);
    store.any.mockResolvedValue(true);
    expect(await keys.any()).toBe(false);
    pass(2000);
    expect(await keys.any()).toBe(true);
    store.any.mockResolvedValue(false);
    pass(3600_000);
    expect(await keys.any()).toBe(true);
  });

  test('a use is noted once in five minutes', async () => {
    const { keys, store, pass } = known(key);
    for (let n = 0; n < 10; n += 1) await keys.used(key);
    expect(store.used).toHaveBeenCalledTimes(1);
    pass(5 * 60_000);
    await keys.used(key);
    expect(store.used).toHaveBeenCalledTimes(2);
  });
});

describe('the address of a client', () => {
  test.each([
    ['the peer', '203.0.113.9', undefined, 0, '203.0.113.9'],
    ['the peer, whatever it claims', '203.0.113.9', '10.0.0.1', 0, '203.0.113.9'],
    ['what our proxy saw', '10.0.0.1', '203.0.113.9', 1, '203.0.113.9'],
    ['what our proxy saw, not what the client made up', '10.0.0.1', '1.2.3.4, 203.0.113.9', 1, '203.0.113.9'],
    ['what the outer one of two saw', '10.0.0.1', '1.2.3.4, 203.0.113.9, 10.0.0.2', 2, '203.0.113.9'],
    ['the peer when the header is missing', '10.0.0.1', undefined, 1, '10.0.0.1'],
    ['IPv4 in IPv6', '::ffff:203.0.113.9', undefined, 0, '203.0.113.9'],
    ['the network of IPv6', '2001:db8:1:2:3:4:5:6', undefined, 0, '2001:db8:1:2::/64'],
    ['the network of a short IPv6', '2001:db8::1', undefined, 0, '2001:db8:0:0::/64'],
    ['loopback', '::1', undefined, 0, '0:0:0:0::/64'],
  ])('is %s', (_what, peer, forwarded, proxies, address) => {
    expect(clientAddress(peer, forwarded, proxies)).toBe(address);
  });

  test('is counted in a bounded number of buckets', () => {
    const rates = new RateLimits();
    const buckets = new Set(Array.from({ length: 5000 }, (_, n) => rates.bucketOf(`10.0.${String(n)}`)));
    expect(buckets.size).toBeGreaterThan(4000);
    for (const bucket of buckets) expect(Number(bucket)).toBeLessThan(65_536);
  });
});

describe('a rate', () => {
  test('takes what fits; what does not fit is not counted, so that less still fits', async () => {
    const rates = new RateLimits();
    expect(await rates.take('images', 'shop', 10, 8)).toMatchObject({ remaining: 2, exceeded: false });
    expect(await rates.take('images', 'shop', 10, 3)).toMatchObject({ remaining: 2, exceeded: true });
    expect(await rates.take('images', 'other', 10, 10)).toMatchObject({ remaining: 0, exceeded: false });
    expect(await rates.take('images', 'shop', 10, 2)).toMatchObject({ remaining: 0, exceeded: false });
    expect(await rates.look('images', 'shop', 10)).toMatchObject({ remaining: 0, exceeded: true });
    expect(await rates.take('requests', 'shop', 10)).toMatchObject({ remaining: 9 });
  });

  test('is told as the draft of the IETF has it', async () => {
    const rates = new RateLimits();
    const standings = [await rates.take('requests', 'shop', 600), await rates.take('images', 'shop', 100, 7)];
    expect(rateHeaders(standings)).toEqual({
      'ratelimit-policy': '"requests";q=600;w=60, "images";q=100;w=60',
      ratelimit: '"requests";r=599;t=60, "images";r=93;t=60',
    });
    expect(rateHeaders([])).toEqual({});
  });
});
