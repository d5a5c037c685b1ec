import { describeApi } from '../contract/api.ts';
import { TestCluster } from '../support/postgres-server.ts';
import { hostOf } from './api-host.ts';

describeApi('the REST contract of the Node server on PostgreSQL', async () => {
  const cluster = await TestCluster.start({ durable: false });
  const host = hostOf(await cluster.server());
  return {
    call: (request) => host.call(request),
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
});
