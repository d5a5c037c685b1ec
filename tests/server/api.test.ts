import { expect, test } from 'vitest';
import { describeApi } from '../contract/api.ts';
import { Conformance } from '../support/openapi/conformance.ts';
import { conforming } from '../support/openapi/conforming.ts';
import { openApiDocument } from '../../server/openapi/document.ts';
import { VERSION } from '../../server/version.ts';
import { openServerHost } from './api-host.ts';

const document = openApiDocument(VERSION);
const conformance = new Conformance(document);

describeApi('the REST contract of the Node server, each answer as /openapi.json has it', async () =>
  conforming(await openServerHost(), conformance),
);

test('the suite has held every operation of the queue to its description', () => {
  const all = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  const ofTheQueue = all.filter(
    ({ tags: [tag] }) => !['Service', 'Uploads'].includes(tag) && !/^re/.test(tag),
  );
  const succeeded = new Set(
    [...conformance.met].filter((met) => / 20\d/.test(met)).map((met) => met.split(' ')[0]),
  );
  const unmet = ofTheQueue.map(({ operationId }) => operationId).filter((id) => !succeeded.has(id));
  // This one has no end, so the suite cannot wait for it.
  expect(unmet).toEqual(['watchJobs']);
});
