import type { QueueErrorCode } from '#queue/errors.ts';
import { FALSE, parameters, RANGES, TRUE } from '../../compat/rembg/parameters.ts';
import { file } from '../answers.ts';
import { withRequestId } from '../headers.ts';
import { asText, inQuery } from '../options.ts';
import { CHANGES, FORMS, refusals, URL_FAULTS, WAITING } from '../refusals.ts';
import { ref } from '../schemas.ts';
import type { Answer, JsonSchema, Operations } from '../types.ts';

const DESCRIPTIONS = {
  model:
    'Where `u2net`, which rembg takes when none is named, is neither installed nor an alias: the default model.',
  a: 'Closed-form alpha matting.',
  af: 'An alpha above is subject.',
  ab: 'An alpha below is background.',
  ae: 'By how many pixels both are eroded.',
  om: 'The mask alone.',
  ppm: 'Post-processed mask: hard edges, no specks.',
  bgc: 'Background: red, green, blue, alpha, each 0 to 255.',
  extras: 'A JSON object for the model; no model here takes one.',
} satisfies Record<keyof typeof parameters.shape, string>;

/** On every result of these interfaces. */
export const MODEL = {
  description: 'The model that ran.',
  required: true,
  schema: { type: 'string' },
} as const;

const FLAGS = ['a', 'om', 'ppm'] as const;

function schemas(): Record<string, JsonSchema> {
  const examples = { bgc: '255,255,255,255', extras: '{}' };
  const all = asText(parameters.shape, DESCRIPTIONS, examples);
  const flags = FLAGS.map((name) => [name, { ...all[name], enum: [...TRUE, ...FALSE] }]);
  const numbers = Object.entries(RANGES).map(([name, [minimum, maximum]]) => {
    const { description, default: usual } = all[name as keyof typeof RANGES];
    return [name, { type: 'integer', minimum, maximum, default: usual, description }];
  });
  return { ...all, ...(Object.fromEntries([...flags, ...numbers]) as Record<string, JsonSchema>) };
}

/** A parameter's fault is told as FastAPI does, all else as the contract does. */
function answers(...more: readonly QueueErrorCode[]): Readonly<Record<string, Answer>> {
  const codes = [...CHANGES, ...FORMS, ...WAITING, 'job_not_found', 'result_not_found', ...more] as const;
  const all = refusals(...codes);
  const failed = all['422'];
  return {
    ...file('The result.', { 'image/png': {} }, { 'offcut-model': MODEL }),
    ...all,
    422: {
      description: `A parameter cannot be used (\`application/json\`), or:\n\n${failed?.description ?? ''}`,
      headers: withRequestId(),
      content: { 'application/json': { schema: ref('RembgFaults') }, ...failed?.content },
    },
  };
}

export const rembgOperations: Operations = {
  'POST /api/remove': {
    operationId: 'rembg',
    tags: ['rembg'],
    summary: 'One image in, its cutout out',
    parameters: inQuery(schemas()),
    requestBody: {
      required: true,
      content: {
        'multipart/form-data': {
          schema: {
            type: 'object',
            required: ['file'],
            properties: {
              file: { type: 'string', format: 'binary', description: 'The image.' },
              ...schemas(),
            },
          },
          examples: {
            plain: { summary: 'As it comes', value: { file: '@photo.jpg' } },
            mask: { summary: 'A hard mask', value: { file: '@photo.jpg', om: 'true', ppm: 'true' } },
          },
        },
      },
    },
    responses: answers(),
  },
  'GET /api/remove': {
    operationId: 'rembgByUrl',
    tags: ['rembg'],
    summary: 'The same for an image that the server fetches; off unless OFFCUT_FETCH_URLS is set',
    parameters: [
      {
        name: 'url',
        in: 'query',
        required: true,
        description: 'Of the image; `http` or `https`, at a public address.',
        schema: { type: 'string', format: 'uri' },
        example: 'https://example.com/photo.jpg',
      },
      ...inQuery(schemas()),
    ],
    responses: answers(...URL_FAULTS),
  },
};
