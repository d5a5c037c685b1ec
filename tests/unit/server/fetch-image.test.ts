/** What a server fetches for a client, and the server's own network that it keeps from it. */
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createFetchImage, fetchNothing } from '../../../server/compat/fetch-image.ts';
import { isPublicAddress } from '../../../server/http/public-address.ts';

const { signal } = new AbortController();
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** @returns its port */
async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Only `photos.example` may be on this machine. */
const fetchImage = createFetchImage({
  privateHosts: ['photos.example'],
  resolve: async (host) => (host === 'mixed.example' ? ['93.184.215.14', '10.0.0.1'] : ['127.0.0.1']),
});

describe('an address of the public Internet', () => {
  it.each(['93.184.215.14', '1.1.1.1', '192.0.1.1', '2606:2800:21f:cb07::1', '2a00:1450::1'])(
    'is %s',
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  it.each([
    ...['127.0.0.1', '127.9.9.9', '0.0.0.0', '10.1.2.3', '100.64.0.1', '169.254.169.254', '172.31.0.1'],
    ...[
      '192.168.1.1',
      '198.19.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '::',
      '::1',
      'fe80::1',
      'fe80::1%lo',
      'fd00::1',
    ],
    ...[
      'ff02::1',
      '::ffff:127.0.0.1',
      '::ffff:93.184.215.14',
      '::ffff:7f00:1',
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
    ],
    ...['2001:0:4136:e378::1', '2001:db8::1', 'localhost', ''],
  ])('is not "%s"', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('fetching', () => {
  it('answers what is there, from the address that was checked', async () => {
    const seen = vi.fn();
    const port = await serve((request, response) => {
      seen(request.headers.host);
      response.setHeader('content-type', 'image/png; charset=x').end('bytes');
    });
    const { body, ...about } = await fetchImage(`http://photos.example:${port}/a/b.png?key=1`, signal);
    expect(await new Response(body).text()).toBe('bytes');
    expect(about).toEqual({ mediaType: 'image/png', filename: 'b.png' });
    expect(seen).toHaveBeenCalledWith(`photos.example:${port}`);
  });

  it.each([
    ['a name that leads here', 'http://evil.example/'],
    ['a name with one private address among others', 'http://mixed.example/'],
    ['loopback', 'http://127.0.0.1/'],
    ['loopback, spelled otherwise', 'http://0x7f.1/'],
    ['loopback as a number', 'http://2130706433/'],
    ['loopback in IPv6', 'http://[::1]/'],
    ['IPv4 in IPv6', 'http://[::ffff:10.0.0.1]/'],
    ['a cloud’s metadata', 'http://169.254.169.254/latest/meta-data/'],
  ])('never connects to %s', async (_what, url) => {
    await expect(fetchImage(url, signal)).rejects.toMatchObject({
      code: 'url_refused',
      message: expect.stringContaining('not on the public Internet') as string,
    });
  });

  it.each([
    'file:///etc/passwd',
    'ftp://photos.example/',
    'gopher://photos.example/',
    'http://me:secret@photos.example/',
  ])('refuses %s', async (url) => {
    const refusal = fetchImage(url, signal);
    await expect(refusal).rejects.toMatchObject({ code: 'url_refused' });
  });

  it('judges every redirect anew', async () => {
    const hit = vi.fn();
    const inside = await serve((_request, response) => {
      hit();
      response.end('secret');
    });
    const port = await serve((_request, response) => {
      response.writeHead(302, { location: `http://127.0.0.1:${inside}/` }).end();
    });
    await expect(fetchImage(`http://photos.example:${port}/`, signal)).rejects.toMatchObject({
      code: 'url_refused',
    });
    expect(hit).not.toHaveBeenCalled();
  });

  it('follows five redirects, and no sixth', async () => {
    const port = await serve(({ url = '' }, response) => {
      const left = Number(url.slice(1));
      if (left === 0) response.end('there');
      else response.writeHead(301, { location: `/${String(left - 1)}` }).end();
    });
    const { body } = await fetchImage(`http://photos.example:${port}/5`, signal);
    expect(await new Response(body).text()).toBe('there');
    await expect(fetchImage(`http://photos.example:${port}/6`, signal)).rejects.toThrow(
      'redirects more than 5',
    );
  });

  it.each([
    ['an error', 404, {}, 'it answers 404'],
    ['too much', 200, { 'content-length': '52428801' }, 'larger than 50 MB'],
    ['what is compressed, unasked', 200, { 'content-encoding': 'gzip' }, 'compressed'],
  ])('refuses %s', async (_what, status, headers, why) => {
    const port = await serve((_request, response) => {
      response.writeHead(status, headers).flushHeaders();
    });
    await expect(fetchImage(`http://photos.example:${port}/`, signal)).rejects.toThrow(why);
  });

  it('ends with the client', async () => {
    const port = await serve(() => undefined);
    const client = new AbortController();
    const answer = fetchImage(`http://photos.example:${port}/`, client.signal);
    client.abort();
    await expect(answer).rejects.toThrow();
  });

  it('is refused, with the setting that allows it, unless it was turned on', async () => {
    const refusal = fetchNothing('https://example.com/photo.jpg?token=secret', signal);
    await expect(refusal).rejects.toMatchObject({
      code: 'url_fetch_off',
      message: expect.stringMatching(/^(?!.*secret).*OFFCUT_FETCH_URLS=1/) as string,
    });
  });
});
