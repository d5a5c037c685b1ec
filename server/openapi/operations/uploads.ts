import { withRequestId } from '../headers.ts';
import { IDEMPOTENCY_KEY } from '../parameters.ts';
import { CHANGES, KEYED, refusals } from '../refusals.ts';
import { ref } from '../schemas.ts';
import type { Answer, Header, Operation, Operations, Parameter } from '../types.ts';

const BYTES = { type: 'string', pattern: '^[0-9]{1,15}$' } as const;

const header = (description: string, schema: Header['schema']): Header => ({
  description,
  required: true,
  schema,
});

const VERSION_ANSWERED = {
  'Tus-Resumable': header('The version of tus.', { type: 'string', const: '1.0.0' }),
};
const STANDING = {
  ...VERSION_ANSWERED,
  'Upload-Offset': header('Bytes that are kept.', BYTES),
  'Upload-Expires': header('When the upload is given up, if nothing more comes.', { type: 'string' }),
};

const VERSION: Parameter = {
  name: 'Tus-Resumable',
  in: 'header',
  required: true,
  description: 'The version of tus that the client speaks.',
  schema: { type: 'string', const: '1.0.0' },
  example: '1.0.0',
};

const ID: Parameter = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'The last part of the `Location` of an upload.',
  schema: { type: 'string' },
};

const OFFSET: Parameter = {
  name: 'Upload-Offset',
  in: 'header',
  required: true,
  description: 'From which byte these go on: where the upload stands.',
  schema: BYTES,
  example: '0',
};

const CHECKSUM: Parameter = {
  name: 'Upload-Checksum',
  in: 'header',
  description: '`sha1` or `sha256`, and the checksum of the body in base64. What does not match is not kept.',
  schema: { type: 'string' },
};

const noContent = (description: string, headers: Answer['headers'] = VERSION_ANSWERED): Answer => ({
  description,
  headers: withRequestId(headers),
});

const TAKES_BYTES = [
  ...CHANGES,
  'upload_request_invalid',
  'upload_version_unsupported',
  'storage_full',
] as const;

const PIECE = [
  ...TAKES_BYTES,
  'upload_not_found',
  'upload_offset_wrong',
  'upload_used',
  'upload_checksum_wrong',
  'upload_too_fragmented',
  'upload_too_slow',
  'media_type_unsupported',
  'request_malformed',
  'request_too_large',
  'shutting_down',
] as const;

const sendPiece: Omit<Operation, 'operationId' | 'summary' | 'parameters'> = {
  tags: ['Uploads'],
  description:
    'As many bytes as the client likes. When the line breaks, what came until then is kept; ask by `HEAD` where the upload stands, and go on from there.',
  requestBody: { required: true, content: { 'application/offset+octet-stream': {} } },
  responses: { 204: noContent('They are kept.', STANDING), ...refusals(...PIECE) },
};

export const uploadOperations: Operations = {
  'OPTIONS /queue/uploads': {
    operationId: 'describeUploads',
    tags: ['Uploads'],
    summary: 'What of tus the server can do',
    responses: {
      204: noContent('It is in the headers.', {
        ...VERSION_ANSWERED,
        'Tus-Version': header('Versions that it speaks.', { type: 'string' }),
        'Tus-Extension': header('Extensions that it has.', { type: 'string' }),
        'Tus-Max-Size': header('Most bytes of an upload.', BYTES),
        'Tus-Checksum-Algorithm': header('Checksums that it knows.', { type: 'string' }),
      }),
      ...refusals(...KEYED),
    },
  },
  'POST /queue/uploads': {
    operationId: 'beginUpload',
    tags: ['Uploads'],
    summary: 'Begin an upload',
    parameters: [
      VERSION,
      {
        name: 'Upload-Length',
        in: 'header',
        required: true,
        description: 'Bytes of the whole file.',
        schema: BYTES,
        example: '5',
      },
      {
        name: 'Upload-Metadata',
        in: 'header',
        description: '`filename` and `filetype` with their values in base64, and whatever else.',
        schema: { type: 'string', maxLength: 4096 },
        example: 'filename cGhvdG8uanBn,filetype aW1hZ2UvanBlZw==',
      },
      {
        ...IDEMPOTENCY_KEY,
        description:
          'The same request with the same key answers the upload that was begun before, with the bytes that it has.',
      },
    ],
    responses: {
      201: noContent('It may begin.', {
        ...STANDING,
        Location: header('Where its bytes go.', { type: 'string', pattern: '^/queue/uploads/' }),
      }),
      ...refusals(
        ...TAKES_BYTES,
        'option_invalid',
        'idempotency_conflict',
        'file_too_large',
        'queue_full',
        'storage_quota_reached',
        'key_quota_reached',
      ),
    },
  },
  'GET /queue/uploads/{id}': {
    operationId: 'getUpload',
    tags: ['Uploads'],
    summary: 'Where an upload stands',
    description: 'tus asks by `HEAD`, which has the same headers.',
    parameters: [ID],
    responses: {
      200: {
        description: 'How much of it is kept.',
        headers: withRequestId({ ...STANDING, 'Upload-Length': header('Bytes of the whole file.', BYTES) }),
        content: { 'application/json': { schema: ref('Upload') } },
      },
      ...refusals(...KEYED, 'upload_not_found'),
    },
  },
  'PATCH /queue/uploads/{id}': {
    ...sendPiece,
    operationId: 'sendPiece',
    summary: 'Send the bytes that follow',
    parameters: [ID, VERSION, OFFSET, CHECKSUM],
  },
  'POST /queue/uploads/{id}': {
    ...sendPiece,
    operationId: 'sendPieceByPost',
    summary: 'The same, where only GET and POST come through',
    parameters: [
      ID,
      VERSION,
      OFFSET,
      CHECKSUM,
      {
        name: 'X-HTTP-Method-Override',
        in: 'header',
        required: true,
        description: 'What is meant.',
        schema: { type: 'string', enum: ['PATCH', 'DELETE'] },
        example: 'PATCH',
      },
    ],
  },
  'DELETE /queue/uploads/{id}': {
    operationId: 'deleteUpload',
    tags: ['Uploads'],
    summary: 'Take an upload back',
    parameters: [ID, VERSION],
    responses: {
      204: noContent('It is gone.'),
      ...refusals(...CHANGES, 'upload_version_unsupported', 'upload_not_found'),
    },
  },
};
