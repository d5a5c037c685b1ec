import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120];

interface Answered {
  readonly method: string;
  /** Its pattern, such as `/queue/job/:id`: an id would make a series of its own. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

/** Requests, open streams, and bytes on the wire. */
export class HttpMetrics {
  readonly #requests: Counter<'method' | 'route' | 'status'>;
  readonly #seconds: Histogram<'method' | 'route'>;
  readonly #streams: Gauge;
  readonly #wire = new WireBytes();

  constructor(registry: Registry) {
    const registers = [registry];
    this.#requests = new Counter({
      name: 'offcut_http_requests_total',
      help: 'Requests answered, by the pattern of their route.',
      labelNames: ['method', 'route', 'status'],
      registers,
    });
    this.#seconds = new Histogram({
      name: 'offcut_http_request_seconds',
      help: 'From a request to the head of its answer.',
      labelNames: ['method', 'route'],
      buckets: BUCKETS,
      registers,
    });
    this.#streams = new Gauge({
      name: 'offcut_event_streams',
      help: 'Open streams of Server-Sent Events.',
      registers,
    });
    const wire = this.#wire;
    new Counter({
      name: 'offcut_http_bytes_total',
      help: 'Bytes received from (in) and sent to (out) clients, with headers.',
      labelNames: ['direction'],
      registers,
      collect() {
        this.reset();
        const { received, sent } = wire.total();
        this.inc({ direction: 'in' }, received);
        this.inc({ direction: 'out' }, sent);
      },
    });
  }

  answered({ method, route, status, seconds }: Answered): void {
    this.#requests.inc({ method, route, status });
    this.#seconds.observe({ method, route }, seconds);
  }

  /** @returns what to call when the stream ends */
  streamOpened(): () => void {
    this.#streams.inc();
    return () => this.#streams.dec();
  }

  /** Counts the bytes of all its connections, the open ones included. */
  watch(server: Server): void {
    server.on('connection', (socket) => this.#wire.add(socket));
  }
}

class WireBytes {
  readonly #open = new Set<Socket>();
  #received = 0;
  #sent = 0;

  add(socket: Socket): void {
    this.#open.add(socket);
    socket.once('close', () => {
      this.#open.delete(socket);
      this.#received += socket.bytesRead;
      this.#sent += socket.bytesWritten;
    });
  }

  total(): { received: number; sent: number } {
    let [received, sent] = [this.#received, this.#sent];
    for (const socket of this.#open) {
      received += socket.bytesRead;
      sent += socket.bytesWritten;
    }
    return { received, sent };
  }
}
