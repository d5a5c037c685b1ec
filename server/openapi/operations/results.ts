import { file } from '../answers.ts';
import { INDEX, JOB_ID } from '../parameters.ts';
import { KEYED, refusals } from '../refusals.ts';
import type { Operations } from '../types.ts';

export const resultOperations: Operations = {
  'GET /queue/job/{id}/result/{index}': {
    operationId: 'getResult',
    tags: ['Results'],
    summary: 'The result of one image',
    parameters: [JOB_ID, INDEX],
    responses: {
      ...file('The file that was asked for.'),
      ...refusals(
        ...KEYED,
        'job_not_found',
        'item_not_found',
        'result_not_found',
        'result_not_ready',
        'image_failed',
      ),
    },
  },
  'GET /queue/job/{id}/input/{index}': {
    operationId: 'getInput',
    tags: ['Results'],
    summary: 'One image as it came in',
    description: 'For another device of the same key, whose editor needs it.',
    parameters: [JOB_ID, INDEX],
    responses: {
      ...file('The file, byte for byte.', { 'application/octet-stream': {} }),
      ...refusals(...KEYED, 'job_not_found', 'item_not_found', 'input_not_found'),
    },
  },
  'GET /queue/job/{id}/results.zip': {
    operationId: 'getResultsZip',
    tags: ['Results'],
    summary: 'All results of a job in one file',
    description: 'Those that are finished, under the names of their photos. It is made while it is read.',
    parameters: [JOB_ID],
    responses: {
      ...file('The zip.', { 'application/zip': {} }),
      ...refusals(...KEYED, 'job_not_found', 'result_not_ready'),
    },
  },
};
