import { HEADERS, RATE_LIMITS } from './headers.ts';
import { changeOperations } from './operations/changes.ts';
import { immediateOperations } from './operations/immediate.ts';
import { jobOperations } from './operations/jobs.ts';
import { lineOperations } from './operations/line.ts';
import { rembgOperations } from './operations/rembg.ts';
import { removeBgOperations } from './operations/removebg.ts';
import { resultOperations } from './operations/results.ts';
import { serviceOperations } from './operations/service.ts';
import { uploadOperations } from './operations/uploads.ts';
import { jobOver } from './operations/webhook.ts';
import { componentSchemas } from './schemas.ts';
import { TAGS, type Answer, type Header, type JsonSchema, type Operation, type Operations } from './types.ts';

export interface OpenApiDocument {
  readonly openapi: '3.1.1';
  readonly info: Readonly<Record<string, unknown>>;
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  /** By path and method in lower case. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  /** What the server itself sends, to whom a submission names. */
  readonly webhooks: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>;
    readonly headers: Readonly<Record<string, Header>>;
    readonly securitySchemes: Readonly<Record<string, unknown>>;
  };
}

const OPERATIONS: Operations = {
  ...jobOperations,
  ...lineOperations,
  ...uploadOperations,
  ...resultOperations,
  ...changeOperations,
  ...immediateOperations,
  ...serviceOperations,
  ...rembgOperations,
  ...removeBgOperations,
};

const DESCRIPTION = `Removes image backgrounds, privately: on the machine that the server runs on, with no other service involved.

Errors are problem details (RFC 9457) with a \`code\` for programs and a \`detail\` for people. Where the server has API keys, send one as \`Authorization: Bearer …\` or as \`X-Api-Key\`. Every answer has an \`X-Request-Id\`: the one that the request came with, or a new one. Times are ISO 8601 in UTC. Clients must accept members that are not described here.`;

/** All that the server answers, as OpenAPI 3.1, out of the schemas that validate. */
export function openApiDocument(version: string): OpenApiDocument {
  return {
    openapi: '3.1.1',
    info: {
      title: 'Offcut',
      version,
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    security: [{}, { bearer: [] }, { apiKey: [] }],
    paths: byPath(OPERATIONS),
    webhooks: { jobOver: { post: jobOver } },
    components: {
      schemas: componentSchemas(),
      headers: HEADERS,
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An API key, if the server has any.' },
        metricsToken: { type: 'http', scheme: 'bearer', description: 'OFFCUT_METRICS_TOKEN, if it is set.' },
        apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key', description: 'The same key.' },
      },
    },
  };
}

function byPath(operations: Operations): OpenApiDocument['paths'] {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const [route, operation] of Object.entries(operations)) {
    const [method = '', path = ''] = route.split(' ');
    paths[path] = { ...paths[path], [method.toLowerCase()]: withRateLimits(operation) };
  }
  return paths;
}

/** What needs a key says how much of it is left. */
function withRateLimits(operation: Operation): Operation {
  if (operation.security !== undefined) return operation;
  const answers = Object.entries(operation.responses).map(([status, answer]): [string, Answer] => [
    status,
    { ...answer, headers: { ...answer.headers, ...RATE_LIMITS } },
  ]);
  return { ...operation, responses: Object.fromEntries(answers) };
}
