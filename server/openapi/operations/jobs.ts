import { BACKGROUND_FIELD } from '#queue/intake.ts';
import { UPLOADS_FIELD } from '#queue/uploaded.ts';
import { json } from '../answers.ts';
import { inQuery, optionParameters, optionSchemas } from '../options.ts';
import { IDEMPOTENCY_KEY, JOB_ID, LIST, RUN } from '../parameters.ts';
import { CHANGES, KEYED, refusals, SUBMISSIONS } from '../refusals.ts';
import { WEBHOOK_URL } from './webhook.ts';
import type { JsonSchema, MediaType, Operations } from '../types.ts';

const UPLOADS: JsonSchema = {
  type: 'string',
  description:
    'Ids of finished uploads (`POST /queue/uploads`) with commas between them. They become images of the job, behind those of the form.',
};

const FILE = { type: 'string', format: 'binary' } as const;

/** The form of a submission, with its images in `field`. */
export function submissionForm(
  field: 'images' | 'image',
  further: Readonly<Record<string, JsonSchema>> = {},
): Readonly<Record<string, MediaType>> {
  const several = field === 'images';
  const files: JsonSchema = several
    ? {
        type: 'array',
        items: FILE,
        minItems: 1,
        description: 'One or more images. `images[]` is read as well.',
      }
    : { ...FILE, description: 'One image.' };
  const schema: JsonSchema = {
    type: 'object',
    ...(UPLOADS_FIELD in further
      ? { anyOf: [{ required: [field] }, { required: [UPLOADS_FIELD] }] }
      : { required: [field] }),
    properties: {
      [field]: files,
      [BACKGROUND_FIELD]: { ...FILE, description: 'The picture for `background=image`.' },
      ...optionSchemas(),
      ...further,
    },
  };
  const images = several ? ['@a.jpg', '@b.jpg'] : '@photo.jpg';
  return {
    'multipart/form-data': {
      schema,
      examples: {
        plain: { summary: 'As it comes', value: { [field]: images } },
        shop: {
          summary: 'For a shop: white behind, cut to the subject',
          value: { [field]: images, format: 'jpeg', background: '#ffffff', crop: 'true', crop_margin: '5%' },
        },
      },
    },
  };
}

export const jobOperations: Operations = {
  'POST /queue/submit': {
    operationId: 'submit',
    tags: ['Jobs'],
    summary: 'Submit images',
    description: 'Makes a job of one or more images. When the answer comes, they are on disk.',
    parameters: [IDEMPOTENCY_KEY, ...optionParameters(), ...inQuery({ webhook_url: WEBHOOK_URL })],
    requestBody: {
      required: true,
      content: submissionForm('images', { webhook_url: WEBHOOK_URL, [UPLOADS_FIELD]: UPLOADS }),
    },
    responses: {
      ...json('The job is queued, or the one that this `Idempotency-Key` made before is.', 'Submitted', {
        job_id: '01a20f74-a3ab-707d-a78c-ac87e838afda',
        status: 'queued',
        job_type: 'batch',
        files_count: 2,
        model: 'u2netp',
        message: 'Queued 2 images',
      }),
      ...refusals(
        ...CHANGES,
        ...SUBMISSIONS,
        'idempotency_conflict',
        'upload_not_found',
        'upload_unfinished',
        'upload_used',
      ),
    },
  },
  'GET /queue/job/{id}': {
    operationId: 'getJob',
    tags: ['Jobs'],
    summary: 'A job, with its progress and results',
    parameters: [JOB_ID],
    responses: { ...json('The job.', 'Job'), ...refusals(...KEYED, 'job_not_found') },
  },
  'GET /queue/jobs': {
    operationId: 'listJobs',
    tags: ['Jobs'],
    summary: 'All jobs, newest first',
    parameters: LIST,
    responses: { ...json('A page of them.', 'JobList'), ...refusals(...KEYED, 'filter_invalid') },
  },
  'POST /queue/job/{id}/cancel': {
    operationId: 'cancelJob',
    tags: ['Jobs'],
    summary: 'Cancel a job',
    description: 'What is finished is kept.',
    parameters: [JOB_ID, RUN],
    responses: {
      ...json('The job is cancelled.', 'JobAction'),
      ...refusals(...CHANGES, 'job_not_found', 'job_over', 'run_over', 'filter_invalid'),
    },
  },
  'POST /queue/job/{id}/retry': {
    operationId: 'retryJob',
    tags: ['Jobs'],
    summary: 'Queue again what failed or was cancelled',
    parameters: [JOB_ID, RUN],
    responses: {
      ...json('The job is queued again.', 'JobAction'),
      ...refusals(...CHANGES, 'job_not_found', 'job_not_retryable', 'run_over', 'filter_invalid'),
    },
  },
  'DELETE /queue/job/{id}': {
    operationId: 'deleteJob',
    tags: ['Jobs'],
    summary: 'Delete a job with its images and results',
    parameters: [JOB_ID],
    responses: { ...json('The job is gone.', 'Deleted'), ...refusals(...CHANGES, 'job_not_found') },
  },
};
