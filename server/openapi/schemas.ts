import { z } from 'zod';
import { ERROR_STATUS } from '#queue/errors.ts';
import * as wire from '#queue/wire.ts';
import type { ParameterFault } from '../compat/rembg/parameters.ts';
import type { JsonSchema, Reference } from './types.ts';

/** Schemas of answers, by the name that they have in the document. */
const WIRE = {
  Batch: wire.batchWire,
  Changes: wire.changesWire,
  Deleted: wire.deletedWire,
  Health: wire.healthWire,
  Job: wire.jobWire,
  JobAction: wire.jobActionWire,
  JobList: wire.jobListWire,
  Models: wire.modelsWire,
  Order: wire.orderWire,
  Pause: wire.pauseWire,
  Problem: wire.problemWire,
  Result: wire.resultWire,
  Service: wire.serviceWire,
  Stats: wire.statsWire,
  Submitted: wire.submitWire,
} satisfies Record<string, z.core.$ZodType>;

/** `ParameterFault`. Its tuple is an array here, since several tools know none. */
const rembgFault = z.object({
  type: z.string(),
  loc: z
    .array(z.string())
    .length(2)
    .meta({ description: '`query` or `body`, and the name of the parameter.' }),
  msg: z.string(),
  input: z.string().nullable(),
} satisfies Record<keyof ParameterFault, z.ZodType>);

/** Those that only the server sends. */
const SERVER_ONLY = {
  Ready: z.object({ status: z.literal('ready') }),
  DeletedEvent: z
    .object({
      job_id: z.uuid(),
      reason: z.enum(['deleted', 'expired']).optional(),
      idempotency_key: z.string().nullable().optional(),
    })
    .meta({ description: 'The job is gone. Of one that is followed by itself, its id is all that is told.' }),
  Upload: z.object({
    id: z.uuid(),
    filename: z.string(),
    offset: z.int().meta({ description: 'Bytes that are kept.' }),
    length: z.int().meta({ description: 'Bytes of the whole file.' }),
    expires_at: z.iso.datetime(),
    job_id: z.uuid().nullable().meta({ description: 'The job that was made of it.' }),
  }),
  RembgFaults: z.object({ detail: z.array(rembgFault).min(1) }),
  RemoveBgAccount: z.object({
    data: z.object({
      attributes: z.object({
        credits: z.object({
          total: z.int(),
          subscription: z.int(),
          payg: z.int(),
          enterprise: z.int(),
        }),
        api: z.object({ free_calls: z.int(), sizes: z.string() }),
      }),
    }),
  }),
  RemoveBgErrors: z.object({
    errors: z.array(z.object({ title: z.string(), code: z.string(), detail: z.string() })).min(1),
  }),
  RemoveBgResult: z.object({
    data: z.object({
      result_b64: z.base64(),
      foreground_top: z.int(),
      foreground_left: z.int(),
      foreground_width: z.int(),
      foreground_height: z.int(),
    }),
  }),
  WebhookMessage: z.object({
    type: z.enum(['job.completed', 'job.failed', 'job.cancelled']),
    timestamp: z.iso.datetime(),
    data: wire.jobWire,
  }),
  Weights: z.object({
    models: z.array(z.looseObject({ id: z.string(), file: z.string(), bytes: z.int(), sha256: z.string() })),
  }),
} satisfies Record<string, z.core.$ZodType>;

export type SchemaName = keyof typeof WIRE | keyof typeof SERVER_ONLY;

export function ref(name: SchemaName): Reference {
  return { $ref: `#/components/schemas/${name}` };
}

/** All of `components.schemas`. */
export function componentSchemas(): Record<string, JsonSchema> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries({ ...WIRE, ...SERVER_ONLY })) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    io: 'output',
    uri: (id) => `#/components/schemas/${id}`,
    override: ({ jsonSchema }) => tidy(jsonSchema),
  });
  const named = Object.entries(schemas).map(([id, { $schema: _, $id: _id, ...schema }]) => [id, schema]);
  const all = Object.fromEntries(named) as Record<string, JsonSchema>;
  return { ...all, Problem: withCodes(all['Problem'] ?? {}) };
}

/**
 * The dialect has no flags, so a pattern that ignores case is spelled out.
 * Answers may get further properties, so clients must not refuse them: none is closed. And the bounds that zod gives
 * every integer say nothing.
 */
export function tidy(schema: JsonSchema): void {
  if (schema.pattern?.startsWith('^#')) schema.pattern = schema.pattern.replaceAll('a-f', 'a-fA-F');
  if (schema.additionalProperties === false) delete schema.additionalProperties;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  // The format says it, and its pattern only makes the document long.
  if (schema.format !== undefined) delete schema.pattern;
}

function withCodes(problem: JsonSchema): JsonSchema {
  const code = {
    type: 'string',
    enum: Object.keys(ERROR_STATUS),
    description: 'What went wrong, for programs. Each operation lists those that it may answer.',
  } as const;
  const error = { type: 'string', description: 'Repeats `detail`, for older clients.' } as const;
  return {
    ...problem,
    description:
      'Problem details (RFC 9457). Further members name what offended, such as `option` and `value`.',
    properties: { ...problem.properties, code, error },
  };
}
