import { randomUUID } from 'node:crypto';
import { Validator, type SpecData } from '@seriousme/openapi-schema-validator';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ERROR_STATUS } from '#queue/errors.ts';
import { jobOptions, priority } from '#queue/options.ts';
import { serviceWire } from '#queue/wire.ts';
import { openApiDocument } from '../../server/openapi/document.ts';
import type { MediaType, Operation } from '../../server/openapi/types.ts';
import { VERSION } from '../../server/version.ts';
import { messageOf } from '../../server/webhooks/message.ts';
import { photo } from '../contract/api-photos.ts';
import { sampleJob } from '../contract/sample-job.ts';
import { describedRoutes, routesOfTheApp } from '../support/openapi/routes.ts';
import { Conformance } from '../support/openapi/conformance.ts';
import { holdToDescription } from '../support/openapi/conforming.ts';
import { TestServer } from '../support/server.ts';
import { finished, submit } from './client.ts';

const document = openApiDocument(VERSION);
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
);

/** What never ends, what fetches from elsewhere, and what is of uploads (uploads.test.ts has some). */
const notAsked = new Set(['/queue/events', '/api/remove', '/queue/uploads/{id}']);

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.start({ env: { OFFCUT_FETCH_URLS: '0' } });
  holdToDescription(server);
});
afterAll(() => server[Symbol.asyncDispose]());

describe('the document', () => {
  test('is valid OpenAPI 3.1', async () => {
    expect(await new Validator().validate(JSON.parse(JSON.stringify(document)) as SpecData)).toEqual({
      valid: true,
    });
    expect(document.openapi).toMatch(/^3\.1\./);
  });

  test('has every route of the app, and the app has every operation of it', async () => {
    expect(describedRoutes(document)).toEqual(await routesOfTheApp());
  });

  test('has every route that GET / tells of', async () => {
    const { endpoints } = serviceWire.parse(await (await server.fetch('/')).json());
    expect(describedRoutes(document)).toEqual(expect.arrayContaining(Object.keys(endpoints)));
  });

  test('tells of every error code, each with its status, where it may be answered', () => {
    const told = operations.flatMap(({ operation }) =>
      Object.entries(operation.responses).flatMap(([status, { content }]) =>
        codesOf(content).map((code) => [code, Number(status)] as const),
      ),
    );
    expect(Object.fromEntries(told)).toEqual(ERROR_STATUS);
  });

  test('states the defaults that really apply', () => {
    const { schema } = operationOf('submit').requestBody?.content['multipart/form-data'] ?? {};
    const properties = Object.entries(schema?.properties ?? {}) as [string, { default?: unknown }][];
    const stated = properties.filter(([, { default: usual }]) => usual !== undefined);
    const said = Object.fromEntries(stated.map(([name, { default: usual }]) => [name, usual]));
    expect({ ...jobOptions.parse(said), priority: priority.parse(said['priority']) }).toEqual({
      ...jobOptions.parse({}),
      priority: priority.parse(undefined),
    });
    expect(Object.keys(said)).toEqual(['format', 'background', 'output', 'crop', 'priority']);
  });

  test('is served as it is, and not again to who has it', async () => {
    const response = await server.fetch('/openapi.json');
    expect(await response.json()).toEqual(JSON.parse(JSON.stringify(document)));
    const headers = { 'if-none-match': response.headers.get('etag') ?? '' };
    expect((await server.fetch('/openapi.json', { headers })).status).toBe(304);
  });
});

describe('what it gives as an example is accepted', () => {
  const forms = operations.flatMap(({ method, path, operation }) =>
    Object.entries(operation.requestBody?.content['multipart/form-data']?.examples ?? {}).map(
      ([name, { value }]) => [`${method} ${path}: ${name}`, path, value as Record<string, unknown>] as const,
    ),
  );
  test.each(forms)('%s', async (_title, path, value) => {
    const response = await server.fetch(path, { method: 'POST', body: await toForm(value) });
    expect(response.status).toBe(200);
  });

  const gets = operations.filter(({ method, path }) => method === 'GET' && !notAsked.has(path));
  let id: string;
  beforeAll(async () => {
    ({ job_id: id } = await submit(server, [await photo()]));
    await finished(server, id);
  });
  test.each(gets)('$method $path', async ({ path, operation }) => {
    const request = fromExamples(path.replace('{id}', id), operation);
    const response = await server.fetch(request.path, { headers: request.headers });
    expect([200, 206]).toContain(response.status);
  });

  test.each(options())('the option %s=%s', async (name, value) => {
    const files = [await photo()];
    expect(await submit(server, files, { [name]: value })).toMatchObject({ status: 'queued' });
  });
});

test('a webhook is sent what it describes', () => {
  const counts = { pending: 0, processing: 0, completed: 1, failed: 0, cancelled: 0 };
  const webhook = { url: 'https://example.com/', state: 'due', dueAt: 2000, attempt: 1 } as const;
  const id = randomUUID();
  const { job } = sampleJob({ id, counts, startedAt: 1500, completedAt: 2000, webhook });
  const { body } = messageOf({ job, items: [], sequence: 1 });
  expect(new Conformance(document).checkSchema('WebhookMessage', JSON.parse(body))).toEqual([]);
});

describe('an answer does not conform', () => {
  const health = { status: 'healthy', service: 'offcut', version: '1' };
  const seen = (body: object, { status = 200, type = 'application/json', id = 'request-1' } = {}) => ({
    status,
    headers: { 'content-type': type, ...(id !== '' && { 'x-request-id': id }) },
    bytes: new TextEncoder().encode(JSON.stringify(body)),
  });
  const problem = { type: 'about:blank', title: 'No', status: 421, detail: 'No.', code: 'host_mismatch' };
  const refused = { status: 421, type: 'application/problem+json' };

  test.each([
    ['with a status that is not described', seen(health, { status: 418 }), '418'],
    ['of another type', seen(health, { type: 'text/html' }), 'text/html'],
    ['without what is required', seen({ ...health, status: undefined }), 'status'],
    ['with more than is described', seen({ ...health, mood: 'good' }), 'mood'],
    ['without its header', seen(health, { id: '' }), 'X-Request-Id'],
    ['with a code of another status', seen({ ...problem, code: 'job_over' }, refused), '/code'],
  ])('%s', (_why, answer, named) => {
    const faults = new Conformance(document).check({ method: 'GET', path: '/health' }, answer);
    expect(faults.join()).toContain(named);
  });

  test('and these two do', () => {
    const check = (answer: ReturnType<typeof seen>) =>
      new Conformance(document).check({ method: 'GET', path: '/health' }, answer);
    expect([...check(seen(health)), ...check(seen(problem, refused))]).toEqual([]);
  });
});

test('refusals that come before any route are described as well', async () => {
  const foreign = { origin: 'https://evil.example' };
  for (const { method, path } of operations.filter(
    ({ method: name }) => !['GET', 'OPTIONS'].includes(name),
  )) {
    const response = await server.fetch(path.replace('{id}', 'x'), { method, headers: foreign });
    expect(response.status, `${method} ${path}`).toBe(403);
  }
});

function operationOf(id: string): Operation {
  const found = operations.find(({ operation }) => operation.operationId === id)?.operation;
  if (found === undefined) throw new Error(`There is no operation ${id}.`);
  return found;
}

function codesOf(content: Readonly<Record<string, MediaType>> | undefined): string[] {
  const schemas = content?.['application/problem+json']?.schema?.allOf ?? [];
  return schemas.flatMap(({ properties = {} }) => {
    const { code } = properties;
    return typeof code === 'object' ? (code.enum ?? []).map(String) : [];
  });
}

/** A value that begins with `@` stands for a file, as for curl. */
async function toForm(value: Readonly<Record<string, unknown>>): Promise<FormData> {
  const form = new FormData();
  const { bytes } = await photo('portrait');
  // Small, so that what is asked for is there at once.
  const small = await sharp(bytes).resize(120).jpeg().toBuffer();
  for (const [name, entry] of Object.entries(value).flatMap(([key, all]) =>
    [all].flat().map((one) => [key, one]),
  )) {
    const text = String(entry);
    if (text.startsWith('@')) form.append(String(name), new Blob([new Uint8Array(small)]), text.slice(1));
    else form.append(String(name), text);
  }
  return form;
}

function fromExamples(path: string, { parameters = [] }: Operation) {
  const given = parameters.filter(({ example }) => example !== undefined);
  const of = (place: string) => given.filter((parameter) => parameter.in === place);
  const query = new URLSearchParams(of('query').map(({ name, example }) => [name, String(example)]));
  const filled = of('path').reduce(
    (text, { name, example }) => text.replace(`{${name}}`, String(example)),
    path,
  );
  return {
    path: `${filled}?${query.toString()}`,
    headers: Object.fromEntries(of('header').map(({ name, example }) => [name, String(example)])),
  };
}

/** Each option of a submission with its examples, its default, and all words that it may be. */
function options(): [string, string][] {
  const { schema } = operationOf('submit').requestBody?.content['multipart/form-data'] ?? {};
  return Object.entries(schema?.properties ?? {}).flatMap(([name, property]) => {
    if (typeof property !== 'object') return [];
    const values = [...(property.examples ?? []), ...(property.enum ?? []), property.default ?? []].flat();
    return [...new Set(values.map(String))].map((value): [string, string] => [name, value]);
  });
}
