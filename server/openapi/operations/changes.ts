import { events, json } from '../answers.ts';
import { withRequestId } from '../headers.ts';
import { JOB_ID, LAST_EVENT_ID, LAST_EVENT_ID_IN_QUERY, SINCE } from '../parameters.ts';
import { KEYED, refusals } from '../refusals.ts';
import { ref } from '../schemas.ts';
import type { Operations } from '../types.ts';

/** The data of each event, by its name. */
const EVENTS = { job: ref('Job'), deleted: ref('DeletedEvent') };

const ABOUT =
  'Each event has its sequence number as its `id`. `job` carries the job as `GET /queue/job/{id}` answers it, `deleted` its id. Several changes of a job in between come as one event with its newest state. Comments keep the connection open.';

export const changeOperations: Operations = {
  'GET /queue/job/{id}/events': {
    operationId: 'watchJob',
    tags: ['Changes'],
    summary: 'Progress of a job, as Server-Sent Events',
    description: `${ABOUT} The stream ends when the job is over.`,
    parameters: [JOB_ID, LAST_EVENT_ID, LAST_EVENT_ID_IN_QUERY],
    responses: {
      ...events('Events `job`, and at last `deleted` when somebody deletes it.', EVENTS),
      204: { description: 'All was told: there is nothing to come back for.', headers: withRequestId() },
      ...refusals(...KEYED, 'job_not_found', 'filter_invalid', 'too_many_streams'),
    },
  },
  'GET /queue/events': {
    operationId: 'watchJobs',
    tags: ['Changes'],
    summary: 'Changes of all jobs, as Server-Sent Events',
    description: `${ABOUT} Without \`Last-Event-ID\`, from now on.`,
    parameters: [LAST_EVENT_ID, LAST_EVENT_ID_IN_QUERY],
    responses: {
      ...events('Events `job` and `deleted`, without end.', EVENTS),
      ...refusals(...KEYED, 'filter_invalid', 'too_many_streams'),
    },
  },
  'GET /queue/changes': {
    operationId: 'listChanges',
    tags: ['Changes'],
    summary: 'Changes of all jobs, as a feed to poll',
    parameters: [SINCE],
    responses: {
      ...json('At most 100 changes, oldest first.', 'Changes'),
      ...refusals(...KEYED, 'filter_invalid'),
    },
  },
};
