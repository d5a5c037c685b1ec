import { FILE_NAME, withRequestId } from './headers.ts';
import { ref, type SchemaName } from './schemas.ts';
import type { Answer, Header, JsonSchema, MediaType } from './types.ts';

export function json(description: string, schema: SchemaName, example?: unknown): { readonly 200: Answer } {
  const content = { 'application/json': { schema: ref(schema), ...(example !== undefined && { example }) } };
  return { 200: { description, headers: withRequestId(), content } };
}

/** Bytes have no schema in OpenAPI 3.1. */
const BYTES: MediaType = {};

/** What the option `format` and `layers` choose between. */
export const RESULT_TYPES: Readonly<Record<string, MediaType>> = {
  'image/png': BYTES,
  'image/webp': BYTES,
  'image/jpeg': BYTES,
  'application/zip': BYTES,
};

/** The bytes of a result. */
export function file(
  description: string,
  content: Readonly<Record<string, MediaType>> = RESULT_TYPES,
  headers: Readonly<Record<string, Header>> = {},
): { readonly 200: Answer } {
  return { 200: { description, headers: withRequestId({ ...FILE_NAME, ...headers }), content } };
}

/**
 * Server-Sent Events, whose data is JSON. OpenAPI 3.1 has no schema for the parts of a stream; this one is that of each
 * event, as `itemSchema` of 3.2 has it.
 *
 * @param schemas of the data, by the name of the event
 */
export function events(
  description: string,
  schemas: Readonly<Record<string, JsonSchema>>,
): { readonly 200: Answer } {
  const stream: MediaType = {
    schema: {
      description: 'Of each event of the stream.',
      oneOf: Object.entries(schemas).map(([name, schema]) => event(name, schema)),
    },
  };
  return { 200: { description, headers: withRequestId(), content: { 'text/event-stream': stream } } };
}

function event(name: string, schema: JsonSchema): JsonSchema {
  return {
    type: 'object',
    required: ['event', 'data'],
    properties: {
      event: { type: 'string', const: name },
      id: { type: 'string', pattern: '^[0-9]{1,15}$' },
      data: { type: 'string', contentMediaType: 'application/json', contentSchema: schema },
    },
  };
}
