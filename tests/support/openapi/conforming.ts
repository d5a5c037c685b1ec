import type { ApiHost } from '../../contract/api.ts';
import { openApiDocument } from '../../../server/openapi/document.ts';
import { VERSION } from '../../../server/version.ts';
import type { TestServer } from '../server.ts';
import { Conformance, type Asked, type Seen } from './conformance.ts';

/** A host each of whose answers is held to the description as it comes: one that does not conform fails its test. */
export function conforming(host: ApiHost, conformance: Conformance): ApiHost {
  return {
    async call(request) {
      const answer = await host.call(request);
      requireConformance(conformance, request, answer);
      return answer;
    },
    [Symbol.asyncDispose]: () => host[Symbol.asyncDispose](),
  };
}

/** @throws {Error} that says what the description does not allow */
export function requireConformance(conformance: Conformance, asked: Asked, seen: Seen): void {
  const faults = conformance.check(asked, seen);
  if (faults.length === 0) return;
  throw new Error(`${asked.method} ${asked.path} does not conform to /openapi.json:\n${faults.join('\n')}`);
}

/** From now on, each answer that a test gets from this server is held to the description, and fails the test if it does not conform. */
export function holdToDescription(server: TestServer): Conformance {
  const conformance = new Conformance(openApiDocument(VERSION));
  const send = server.fetch.bind(server);
  server.fetch = async (path, init) => {
    const response = await send(path, init);
    const copy = response.clone();
    const seen = {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      bytes: new Uint8Array(await copy.arrayBuffer()),
    };
    requireConformance(conformance, { method: init?.method ?? 'GET', path }, seen);
    return response;
  };
  return conformance;
}
