import { json } from '../answers.ts';
import { withRequestId } from '../headers.ts';
import { ALWAYS, KEYED, refusals } from '../refusals.ts';
import { ref } from '../schemas.ts';
import type { Answer, Operation, Operations } from '../types.ts';

const NO_KEY: Operation['security'] = [];
const METRICS_TOKEN: Operation['security'] = [{}, { metricsToken: [] }];

const NOT_MODIFIED: Answer = {
  description: 'It is the one that `If-None-Match` names.',
  headers: withRequestId(),
};

export const serviceOperations: Operations = {
  'GET /': {
    operationId: 'getService',
    tags: ['Service'],
    security: NO_KEY,
    summary: 'What the service is, and its routes; for browsers, its page',
    responses: {
      200: {
        description: 'The page to whoever accepts `text/html`, if it is built; else the description.',
        headers: withRequestId(),
        content: { 'application/json': { schema: ref('Service') }, 'text/html': {} },
      },
      ...refusals(...ALWAYS),
    },
  },
  'GET /health': {
    operationId: 'getHealth',
    tags: ['Service'],
    security: NO_KEY,
    summary: 'Is it alive?',
    responses: { ...json('It is.', 'Health'), ...refusals(...ALWAYS) },
  },
  'GET /ready': {
    operationId: 'getReady',
    tags: ['Service'],
    security: NO_KEY,
    summary: 'Should it get requests now?',
    description:
      'For load balancers. 503 names what is missing, also while the server drains before it stops.',
    responses: { ...json('It should.', 'Ready'), ...refusals(...ALWAYS, 'not_ready') },
  },
  'GET /metrics': {
    operationId: 'getMetrics',
    tags: ['Service'],
    security: METRICS_TOKEN,
    summary: 'Metrics for Prometheus',
    description:
      'For programs on the same machine; for others with the token in `OFFCUT_METRICS_TOKEN` of the server.',
    responses: {
      200: {
        description: 'All metrics, in the text format of Prometheus.',
        headers: withRequestId(),
        content: { 'text/plain': { schema: { type: 'string' } } },
      },
      ...refusals(...ALWAYS, 'metrics_token_wrong', 'metrics_closed'),
    },
  },
  'GET /queue/stats': {
    operationId: 'getStats',
    tags: ['Service'],
    summary: 'How many jobs are in each state, and whether anybody works on them',
    responses: { ...json('The numbers.', 'Stats'), ...refusals(...KEYED) },
  },
  'GET /models': {
    operationId: 'listModels',
    tags: ['Service'],
    summary: 'All models that are known, with their licences',
    responses: { ...json('The models.', 'Models'), ...refusals(...KEYED) },
  },
  'GET /weights': {
    operationId: 'listWeights',
    tags: ['Service'],
    security: NO_KEY,
    summary: 'Descriptions of the installed models, for who runs them himself',
    responses: { ...json('The descriptions.', 'Weights'), ...refusals(...ALWAYS) },
  },
  'GET /weights/{file}': {
    operationId: 'getWeights',
    tags: ['Service'],
    security: NO_KEY,
    summary: 'The file of an installed model',
    parameters: [
      {
        name: 'file',
        in: 'path',
        required: true,
        description: 'A `file` of `GET /weights`.',
        schema: { type: 'string' },
        example: 'u2netp.onnx',
      },
      {
        name: 'Range',
        in: 'header',
        description: 'From which byte on, to resume. Other ranges count as none.',
        schema: { type: 'string' },
        example: 'bytes=4000000-',
      },
    ],
    responses: {
      200: {
        description: 'The file.',
        headers: withRequestId(),
        content: { 'application/octet-stream': {} },
      },
      206: {
        description: 'The rest of the file.',
        headers: withRequestId({ 'Content-Range': contentRange('bytes 4000000-4574860/4574861') }),
        content: { 'application/octet-stream': {} },
      },
      416: {
        description: 'The file ends before that byte.',
        headers: withRequestId({ 'Content-Range': contentRange('bytes */4574861') }),
      },
      ...refusals(...ALWAYS, 'route_not_found'),
    },
  },
  'GET /openapi.json': {
    operationId: 'getOpenApi',
    tags: ['Service'],
    security: NO_KEY,
    summary: 'This description',
    responses: {
      200: {
        description: 'OpenAPI 3.1.',
        headers: withRequestId(),
        content: { 'application/json': { schema: { type: 'object', required: ['openapi', 'paths'] } } },
      },
      304: NOT_MODIFIED,
      ...refusals(...ALWAYS),
    },
  },
  'GET /docs': {
    operationId: 'getDocs',
    tags: ['Service'],
    security: NO_KEY,
    summary: 'This description, as a page',
    responses: {
      200: { description: 'The page.', headers: withRequestId(), content: { 'text/html': {} } },
      304: NOT_MODIFIED,
      ...refusals(...ALWAYS),
    },
  },
};

function contentRange(example: string) {
  return {
    description: `Such as \`${example}\`.`,
    required: true,
    schema: { type: 'string', pattern: '^bytes ' } as const,
  };
}
