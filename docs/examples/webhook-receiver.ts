/**
 * Receives webhooks, and believes those alone that the server signed.
 *
 *     WEBHOOK_SECRET=whsec_… node webhook-receiver.ts 8000
 *
 * `offcut keys webhook-secret <id>` prints the secret of an API key; a server without keys has OFFCUT_WEBHOOK_SECRET.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';

const [port = '8000'] = process.argv.slice(2);
const secret = Buffer.from((process.env.WEBHOOK_SECRET ?? '').replace(/^whsec_/, ''), 'base64');
if (secret.length < 24) throw new Error('Set WEBHOOK_SECRET to the secret of the webhooks: whsec_…');

const FIVE_MINUTES = 300;
const MOST_BYTES = 10_000_000;
/** Ids of messages that were handled. One may come twice: keep them where your data is. */
const handled = new Set<string>();

function isSigned(headers: IncomingHttpHeaders, body: string): boolean {
  const id = String(headers['webhook-id']);
  const timestamp = String(headers['webhook-timestamp']);
  // What somebody recorded and sends again later is too old.
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) < FIVE_MINUTES)) return false;
  const expected = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest();
  // There may be several, while a secret is replaced.
  return String(headers['webhook-signature'])
    .split(' ')
    .filter((signature) => signature.startsWith('v1,'))
    .map((signature) => Buffer.from(signature.slice('v1,'.length), 'base64'))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected));
}

const server = createServer((request, response) => {
  let body = '';
  request.setEncoding('utf8').on('data', (text: string) => {
    body += text;
    if (body.length > MOST_BYTES) request.destroy();
  });
  request.on('end', () => {
    if (!isSigned(request.headers, body)) {
      response.writeHead(401).end();
      return;
    }
    // Within ten seconds: what takes longer is done after the answer.
    response.writeHead(204).end();
    const id = String(request.headers['webhook-id']);
    if (handled.has(id)) return;
    handled.add(id);
    const { type, data } = JSON.parse(body) as { type: string; data: { id: string; results: object[] } };
    console.log(`${type} ${data.id} with ${String(data.results.length)} images`);
  });
});
server.listen(Number(port), '127.0.0.1', () => {
  const address = server.address();
  console.log(`listening on ${String(typeof address === 'object' ? address?.port : address)}`);
});
