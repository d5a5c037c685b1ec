import { file, json } from '../answers.ts';
import { optionParameters } from '../options.ts';
import { CHANGES, refusals, SUBMISSIONS, WAITING } from '../refusals.ts';
import type { Operations } from '../types.ts';
import { submissionForm } from './jobs.ts';

const ABOUT =
  'Goes before queued jobs, and leaves no job behind: a client that hangs up takes its job with it.';

export const immediateOperations: Operations = {
  'POST /remove-bg': {
    operationId: 'removeBackground',
    tags: ['Without a queue'],
    summary: 'One image in, its cutout out',
    description: ABOUT,
    parameters: optionParameters(),
    requestBody: { required: true, content: submissionForm('image') },
    responses: {
      ...file('The result.'),
      ...refusals(...CHANGES, ...SUBMISSIONS, ...WAITING, 'result_not_found', 'job_not_found'),
    },
  },
  'POST /remove-bg-batch': {
    operationId: 'removeBackgrounds',
    tags: ['Without a queue'],
    summary: 'Several images in, data URLs out',
    description: `${ABOUT} Results come one by one; what was not finished in time is among the \`errors\`.`,
    parameters: optionParameters(),
    requestBody: { required: true, content: submissionForm('images') },
    responses: {
      ...json('What succeeded, and what did not.', 'Batch'),
      ...refusals(...CHANGES, ...SUBMISSIONS),
    },
  },
};
