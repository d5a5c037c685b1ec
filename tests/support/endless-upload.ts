import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

const CHUNK = Buffer.alloc(64 * 1024);

/** Uploads `bytes` zeros as one image, at the pace that the server takes them, holding none of them in memory. */
export async function uploadZeros(
  url: string,
  bytes: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; body: string }> {
  const head = Buffer.from(
    '--b\r\nContent-Disposition: form-data; name="images"; filename="zeros.jpg"\r\nContent-Type: image/jpeg\r\n\r\n',
  );
  const tail = Buffer.from('\r\n--b--\r\n');
  const sent = request(`${url}/queue/submit`, {
    method: 'POST',
    agent: false,
    headers: {
      'content-type': 'multipart/form-data; boundary=b',
      'content-length': head.length + bytes + tail.length,
      ...headers,
    },
  });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  sent.write(head);
  for (let left = bytes; left > 0; left -= CHUNK.length) {
    if (!sent.write(left < CHUNK.length ? CHUNK.subarray(0, left) : CHUNK)) await once(sent, 'drain');
  }
  sent.end(tail);
  const [response] = await answered;
  return { status: response.statusCode ?? 0, body: await text(response) };
}
