/**
 * Holds answers of the server to its own description. What the description does not mention is a failure as well: a
 * status, a content type, a property, a code.
 */
import type { ValidateFunction } from 'ajv';
import Ajv2020 from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { OpenApiDocument } from '../../../server/openapi/document.ts';
import { ref, type SchemaName } from '../../../server/openapi/schemas.ts';
import type { Answer, Header, JsonSchema, Reference } from '../../../server/openapi/types.ts';

/** An answer that came, with the names of its headers in lower case. */
export interface Seen {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
}

export interface Asked {
  readonly method: string;
  /** With or without a query. */
  readonly path: string;
}

export class Conformance {
  readonly #document: OpenApiDocument;
  readonly #ajv: Ajv2020;
  readonly #validators = new Map<JsonSchema, ValidateFunction>();
  readonly #paths: readonly { readonly template: string; readonly pattern: RegExp }[];
  /** `operation status type` of every answer that was held to the description. */
  readonly met = new Set<string>();

  constructor(document: OpenApiDocument) {
    this.#document = closed(document);
    this.#ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats(this.#ajv);
    this.#ajv.addSchema({ $id: 'offcut:/', components: this.#document.components });
    this.#paths = Object.keys(document.paths)
      .map((template) => ({ template, pattern: toPattern(template) }))
      // Fixed parts before parameters.
      .sort((a, b) => Number(a.template.includes('{')) - Number(b.template.includes('{')));
  }

  /** @returns what is wrong with the answer; nothing when it conforms */
  check(asked: Asked, seen: Seen): string[] {
    const operation = this.#operation(asked);
    if (operation === undefined) return this.#checkUnrouted(seen);
    const answer = operation.responses[String(seen.status)];
    if (answer === undefined) {
      return [`${operation.operationId} may not answer ${String(seen.status)}: ${text(seen).slice(0, 300)}`];
    }
    const type = seen.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
    this.met.add(`${operation.operationId} ${String(seen.status)} ${type}`.trim());
    return [...this.#checkHeaders(answer, seen), ...this.#checkBody(answer, type, seen)].map(
      (fault) => `${operation.operationId} ${String(seen.status)}: ${fault}`,
    );
  }

  /** @returns what is wrong with a value of this name in `components.schemas` */
  checkSchema(name: SchemaName, value: unknown): string[] {
    return this.#validate(ref(name), value);
  }

  #operation({ method, path }: Asked) {
    const [bare = ''] = path.split('?');
    const template = this.#paths.find(({ pattern }) => pattern.test(bare))?.template;
    return this.#document.paths[template ?? '']?.[method.toLowerCase()];
  }

  /** What no operation describes is refused, in the one form. */
  #checkUnrouted(seen: Seen): string[] {
    const expected = {
      allOf: [{ $ref: '#/components/schemas/Problem' }],
      properties: { status: { const: 404 } },
    };
    if (seen.status !== 404) return [`What is not described answered ${String(seen.status)}.`];
    return this.#validate(expected, JSON.parse(text(seen)));
  }

  #checkHeaders({ headers = {} }: Answer, seen: Seen): string[] {
    return Object.entries(headers).flatMap(([name, header]) => {
      const { required = false, schema } = this.#header(header);
      const value = seen.headers[name.toLowerCase()];
      if (value === undefined) return required ? [`The header ${name} is missing.`] : [];
      return this.#validate(schema, value).map((fault) => `${name}: ${fault}`);
    });
  }

  #header(header: Header | Reference): Header {
    if (!('$ref' in header)) return header;
    const found = this.#document.components.headers[header.$ref.replace('#/components/headers/', '')];
    if (found === undefined) throw new Error(`${header.$ref} leads nowhere.`);
    return found;
  }

  #checkBody({ content }: Answer, type: string, seen: Seen): string[] {
    if (content === undefined) return seen.bytes.length === 0 ? [] : ['It should have no body.'];
    const media = content[type];
    if (media === undefined) return [`"${type}" is none of: ${Object.keys(content).join(', ')}.`];
    if (seen.bytes.length === 0) return ['The body is empty.'];
    if (type === 'text/event-stream') return this.#checkEvents(media.schema ?? {}, seen);
    if (media.schema === undefined || !/\bjson$/.test(type)) return [];
    return this.#validate(media.schema, JSON.parse(text(seen)));
  }

  /** @param schema that of each event, with one part for each name */
  #checkEvents(schema: JsonSchema, seen: Seen): string[] {
    return readEvents(text(seen)).flatMap((event) => {
      const faults = this.#validate(schema, event);
      if (faults.length > 0) return faults;
      const part = schema.oneOf?.find(({ properties }) => constOf(properties?.['event']) === event.event);
      const content = contentOf(part?.properties?.['data']);
      return this.#validate(content, JSON.parse(event.data)).map((fault) => `event ${event.event}: ${fault}`);
    });
  }

  #validate(schema: JsonSchema, value: unknown): string[] {
    const validate = this.#validators.get(schema) ?? this.#ajv.compile(absolute(schema));
    this.#validators.set(schema, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message = '', params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  }
}

interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
  readonly [field: string]: string;
}

/** The whole events of a stream, without its comments. */
function readEvents(stream: string): ServerSentEvent[] {
  const blocks = stream.split('\n\n').slice(0, -1);
  return blocks.flatMap((block) => {
    const lines = block.split('\n').map((line) => line.split(/: (.*)/s, 2));
    const fields = lines.filter(([name]) => name !== '').map(([name = '', value = '']) => [name, value]);
    const { event = 'message', data, ...rest } = Object.fromEntries(fields) as Record<string, string>;
    return data === undefined ? [] : [{ event, data, ...rest }];
  });
}

const constOf = (schema: JsonSchema | boolean | undefined) =>
  typeof schema === 'object' ? schema.const : undefined;

function contentOf(schema: JsonSchema | boolean | undefined): JsonSchema {
  const content = typeof schema === 'object' ? schema['contentSchema'] : undefined;
  if (typeof content !== 'object' || content === null) throw new Error('The data of an event has no schema.');
  return content;
}

const text = ({ bytes }: Seen) => new TextDecoder().decode(bytes);

function toPattern(template: string): RegExp {
  const parts = template
    .split(/\{\w+\}/)
    .map((part) => part.replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('[^/]+')}$`);
}

/** References within the document, as ajv has it. */
function absolute(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) =>
    key === '$ref' && typeof value === 'string' ? value.replace(/^#/, 'offcut:/#') : value,
  ) as JsonSchema;
}

/** Clients must accept properties that are new to them; the server must not send any that are not described. */
function closed(document: OpenApiDocument): OpenApiDocument {
  return JSON.parse(JSON.stringify(document), (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    const { type, properties, additionalProperties } = value as JsonSchema;
    const isOpen = type === 'object' && properties !== undefined && additionalProperties === undefined;
    return isOpen ? { ...value, additionalProperties: false } : value;
  }) as OpenApiDocument;
}
