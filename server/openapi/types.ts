import type { z } from 'zod';

/* As much of OpenAPI 3.1 (https://spec.openapis.org/oas/v3.1.1.html) as the document uses. */

export type JsonSchema = z.core.JSONSchema.BaseSchema;

// A type and no interface, so that it is a schema as well.
export type Reference = { readonly $ref: string };

export interface MediaType {
  readonly schema?: JsonSchema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly summary: string; readonly value: unknown }>>;
}

export interface Header {
  readonly description: string;
  readonly required?: boolean;
  readonly schema: JsonSchema;
}

export interface Answer {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Header | Reference>>;
  readonly content?: Readonly<Record<string, MediaType>>;
}

export interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly description: string;
  readonly required?: boolean;
  readonly schema: JsonSchema;
  readonly example?: unknown;
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly [Tag];
  readonly summary: string;
  readonly description?: string;
  /** Instead of the document’s own. */
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: Readonly<Record<string, MediaType>>;
  };
  readonly responses: Readonly<Record<string, Answer>>;
}

export const TAGS = {
  Jobs: 'Submit images, follow their job, cancel, retry and delete it.',
  Uploads: 'Send large files so that they go on after the line broke (tus 1.0.0).',
  Results: 'What was made of the images.',
  Changes: 'Learn of changes: as Server-Sent Events, or as a feed to poll.',
  'Without a queue': 'The result is the answer.',
  rembg: 'The HTTP interface of the rembg server, for its clients.',
  'remove.bg': 'The API v1.0 of remove.bg, for its clients.',
  Service: 'What the server is, has and does.',
} as const;

export type Tag = keyof typeof TAGS;

export type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'OPTIONS';

/** Operations by method and path, such as `GET /queue/job/{id}`. */
export type Operations = Readonly<Record<`${Method} /${string}`, Operation>>;
