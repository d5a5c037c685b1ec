/** What may happen to a request on its way, and to its answer. */
export const FAULTS = [
  'none',
  'request lost',
  'answer lost',
  'comes twice',
  'comes again later',
  'comes later only',
  'server is busy',
  'answer cut short',
] as const;
export type Fault = (typeof FAULTS)[number];

type Handler = (request: Request) => Promise<Response>;

/** A request that can be delivered any number of times, at any time. */
interface Letter {
  readonly url: string;
  readonly method: string;
  readonly headers: Headers;
  readonly body: ArrayBuffer | undefined;
}

/** The only way from devices to the server: loses, repeats, delays and reorders what it is told to. */
export class Network {
  readonly #handler: () => Handler;
  readonly #late: Letter[] = [];
  readonly offline = new Set<string>();

  constructor(handler: () => Handler) {
    this.#handler = handler;
  }

  async fetch(device: string, fault: Fault, input: string, init?: RequestInit): Promise<Response> {
    if (this.offline.has(device)) throw new TypeError('The network is unreachable.');
    const letter = await toLetter(input, init);
    switch (fault) {
      case 'none':
        return this.#deliver(letter);
      case 'request lost':
        throw new TypeError('The request was lost.');
      case 'answer lost':
        await this.#deliver(letter);
        throw new TypeError('The answer was lost.');
      case 'comes twice': {
        const [answer] = await Promise.all([this.#deliver(letter), this.#deliver(letter)]);
        return answer;
      }
      case 'comes again later':
        this.#late.push(letter);
        return this.#deliver(letter);
      case 'comes later only':
        this.#late.push(letter);
        throw new TypeError('No answer came in time.');
      case 'server is busy':
        return Response.json(
          { status: 503, code: 'storage_unavailable', detail: 'Ask again.', title: '', type: 'about:blank' },
          { status: 503, headers: { 'retry-after': '1' } },
        );
      case 'answer cut short': {
        const { status, headers, body } = await this.#deliver(letter);
        const bytes = new Uint8Array(await new Response(body).arrayBuffer());
        return new Response(bytes.subarray(0, bytes.length - 1), { status, headers });
      }
      default:
        return fault satisfies never;
    }
  }

  get late(): number {
    return this.#late.length;
  }

  /** One of the requests that are under way arrives; nobody waits for its answer. */
  async deliverLate(which: number): Promise<void> {
    const [letter] = this.#late.splice(which % Math.max(1, this.#late.length), 1);
    if (letter !== undefined) await this.#deliver(letter);
  }

  async #deliver({ url, method, headers, body }: Letter): Promise<Response> {
    return this.#handler()(new Request(url, { method, headers, ...(body && { body }) }));
  }
}

async function toLetter(input: string, init?: RequestInit): Promise<Letter> {
  const { signal: _, ...rest } = init ?? {};
  const request = new Request(input, rest);
  const body = await request.arrayBuffer();
  const { url, method, headers } = request;
  return { url, method, headers, body: body.byteLength > 0 ? body : undefined };
}
