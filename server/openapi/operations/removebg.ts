import { ERROR_STATUS, type QueueErrorCode } from '#queue/errors.ts';
import { AS_400 } from '../../compat/removebg/errors.ts';
import { CHANNELS, FORMATS, SIZES, TYPE_LEVELS, TYPES } from '../../compat/removebg/parameters.ts';
import { json, RESULT_TYPES } from '../answers.ts';
import { withRequestId } from '../headers.ts';
import { optionSchemas } from '../options.ts';
import { CHANGES, explain, FORMS, headersOf, KEYED, URL_FAULTS, WAITING } from '../refusals.ts';
import { ref } from '../schemas.ts';
import type { Answer, Header, JsonSchema, Operations } from '../types.ts';
import { MODEL } from './rembg.ts';

const FILE = { type: 'string', format: 'binary' } as const;
const FLAG: JsonSchema = { type: 'string', enum: ['true', 'false', '1', '0'] };
const oneOf = (values: readonly string[], usual: string, description: string): JsonSchema => ({
  type: 'string',
  enum: [...values],
  default: usual,
  description,
});

/** What is no file. All are text, also in a JSON body, which may have numbers and booleans for it. */
function fields(): Record<string, JsonSchema> {
  const { roi, position } = optionSchemas();
  return {
    image_file_b64: { type: 'string', description: 'The image in base64, or as a data URL.' },
    image_url: { type: 'string', description: 'The image, for the server to fetch.' },
    size: oneOf(
      Object.keys(SIZES),
      'preview',
      '0.25 megapixels up to `regular`, 1.5 `medium`, 4 `hd`; else the photo’s own.',
    ),
    type: oneOf(TYPES, 'auto', 'Checked, and repeated in `X-Type`.'),
    type_level: oneOf(TYPE_LEVELS, '1', '`none` leaves `X-Type` out.'),
    format: oneOf(
      FORMATS,
      'auto',
      '`auto`: JPEG on an opaque background, else PNG. `zip`: `color.jpg` and `alpha.png`.',
    ),
    roi,
    crop: { ...FLAG, default: 'false', description: 'Cut down to the subject.' },
    crop_margin: { type: 'string', description: 'One, two or four lengths, such as `10px` or `5% 20%`.' },
    scale: { type: 'string', description: '`original`, or the share of the canvas that the subject fills.' },
    position,
    channels: oneOf(CHANNELS, 'rgba', '`alpha`: the mask alone.'),
    add_shadow: { ...FLAG, default: 'false', description: 'A soft shadow below the subject.' },
    semitransparency: { ...FLAG, default: 'true', description: 'Checked, without effect.' },
    bg_color: { type: 'string', description: 'Hexadecimal digits, such as `81d4fa`, or a name of CSS.' },
    bg_image_url: { type: 'string', description: 'A picture for behind, for the server to fetch.' },
  };
}

/** One of them at least has to be there. */
const anyOfThem = (...names: readonly string[]): JsonSchema[] =>
  names.map((name) => ({ required: [name], properties: { [name]: { minLength: 1 } } }));

const number = (description: string): Header => ({
  description,
  required: true,
  schema: { type: 'string', pattern: '^-?[0-9]+$' },
});

const RESULT_HEADERS: Readonly<Record<string, Header>> = {
  'offcut-model': MODEL,
  'X-Width': number('Pixels of the result.'),
  'X-Height': number('Pixels of the result.'),
  'X-Type': {
    description: 'What `type` says; `other` for `auto`.',
    schema: { type: 'string', enum: [...TYPES] },
  },
  'X-Foreground-Top': number('Where the subject is in the result.'),
  'X-Foreground-Left': number('Where the subject is in the result.'),
  'X-Foreground-Width': number('Where the subject is in the result.'),
  'X-Foreground-Height': number('Where the subject is in the result.'),
  'X-Credits-Charged': number('Always 0.'),
  'X-RateLimit-Limit': number('Never reached.'),
  'X-RateLimit-Remaining': number('Never falls.'),
  'X-RateLimit-Reset': number('Seconds since 1970.'),
};

/** What is wrong with a parameter or an image has remove.bg's own codes, all of them with 400. */
const OWN_CODES =
  '`missing_source`, `multiple_sources`, `multiple_backgrounds`, `invalid_parameter`, `invalid_json`, `invalid_content_type`, `unknown_foreground`, `invalid_file_type`, `failed_to_read_image`, `resolution_too_high`: the image or a parameter is at fault.';

/** Refusals in remove.bg's own form. */
function inItsForm(...codes: readonly QueueErrorCode[]): Record<string, Answer> {
  const content = { 'application/json': { schema: ref('RemoveBgErrors') } };
  const statusOf = (code: QueueErrorCode) => (AS_400.includes(ERROR_STATUS[code]) ? 400 : ERROR_STATUS[code]);
  const byStatus = Map.groupBy(new Set(codes), statusOf);
  const answers = [...byStatus].map(([status, some]): [string, Answer] => {
    const own = status === 400 ? `\n\n${OWN_CODES}` : '';
    return [
      String(status),
      { description: explain(status, some) + own, headers: headersOf(status), content },
    ];
  });
  return Object.fromEntries(answers);
}

const WITHOUT_FILES: JsonSchema = {
  type: 'object',
  properties: fields(),
  anyOf: anyOfThem('image_file_b64', 'image_url'),
};

export const removeBgOperations: Operations = {
  'POST /v1.0/removebg': {
    operationId: 'removebg',
    tags: ['remove.bg'],
    summary: 'One image in, its cutout out',
    description:
      'Exactly one of `image_file`, `image_file_b64` and `image_url`. With `Accept: application/json`, the result comes in base64.',
    requestBody: {
      required: true,
      content: {
        'multipart/form-data': {
          schema: {
            type: 'object',
            properties: {
              image_file: { ...FILE, description: 'The image.' },
              bg_image_file: { ...FILE, description: 'A picture for behind.' },
              ...fields(),
            },
            anyOf: anyOfThem('image_file', 'image_file_b64', 'image_url'),
          },
          examples: {
            full: { summary: 'In its own size', value: { image_file: '@photo.jpg', size: 'auto' } },
            green: {
              summary: 'On green, cut to the subject',
              value: { image_file: '@photo.jpg', bg_color: 'green', crop: 'true', crop_margin: '10%' },
            },
          },
        },
        'application/x-www-form-urlencoded': { schema: WITHOUT_FILES },
        'application/json': { schema: WITHOUT_FILES },
      },
    },
    responses: {
      200: {
        description: 'The result.',
        headers: withRequestId(RESULT_HEADERS),
        content: { ...RESULT_TYPES, 'application/json': { schema: ref('RemoveBgResult') } },
      },
      ...inItsForm(...CHANGES, ...FORMS, ...WAITING, ...URL_FAULTS, 'job_not_found', 'result_not_found'),
    },
  },
  'GET /v1.0/account': {
    operationId: 'removebgAccount',
    tags: ['remove.bg'],
    summary: 'The balance, which never falls',
    responses: { ...json('The balance.', 'RemoveBgAccount'), ...inItsForm(...KEYED) },
  },
};
