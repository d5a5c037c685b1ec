import { json } from '../answers.ts';
import { CHANGES, refusals } from '../refusals.ts';
import type { Operations } from '../types.ts';

const ID = '01a20f74-a3ab-707d-a78c-ac87e838afda';

/** The line in which jobs wait. */
export const lineOperations: Operations = {
  'POST /queue/order': {
    operationId: 'orderJobs',
    tags: ['Jobs'],
    summary: 'Put waiting jobs into another order',
    description:
      'These jobs deal out their turns among themselves anew, so that they come in the order given; all others keep theirs. Ids that are no jobs are left out.',
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: {
            type: 'object',
            required: ['job_ids'],
            properties: {
              job_ids: {
                type: 'array',
                items: { type: 'string', format: 'uuid' },
                minItems: 1,
                maxItems: 10_000,
                uniqueItems: true,
              },
            },
          },
          example: { job_ids: [ID] },
        },
      },
    },
    responses: {
      ...json('The jobs in their new order.', 'Order'),
      ...refusals(...CHANGES, 'order_invalid', 'file_too_large'),
    },
  },
  'POST /queue/pause': {
    operationId: 'pauseQueue',
    tags: ['Service'],
    summary: 'Begin nothing that waits',
    description: 'For everybody, and beyond a restart. What is being worked on is finished.',
    responses: { ...json('The queue is paused.', 'Pause'), ...refusals(...CHANGES, 'operator_only') },
  },
  'POST /queue/resume': {
    operationId: 'resumeQueue',
    tags: ['Service'],
    summary: 'Go on after a pause',
    responses: { ...json('The queue goes on.', 'Pause'), ...refusals(...CHANGES, 'operator_only') },
  },
};
