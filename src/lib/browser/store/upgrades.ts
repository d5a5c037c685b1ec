import type { Transaction } from 'dexie';
import { LOCAL_TENANT, type Item, type Job } from '#queue/job.ts';
import { recounted, type Total } from './totals.ts';

/* What earlier versions of the database kept, brought to the newest. */

/** Version 2: jobs belong to tenants, and what is kept is counted with its bytes. */
export async function toTenants(transaction: Transaction): Promise<void> {
  const bytes = await bytesByJob(transaction);
  let totals: readonly Total[] = [];
  await transaction
    .table<{ job: Job }>('jobs')
    .toCollection()
    .modify((record) => {
      const { job } = record;
      record.job = { ...job, tenant: LOCAL_TENANT, webhook: null, bytes: bytes.get(job.id) ?? 0 };
      totals = recounted(totals, undefined, record.job);
    });
  await transaction.table('removed').toCollection().modify({ tenant: LOCAL_TENANT });
  await transaction.table('feed').toCollection().modify({ totals });
}

async function bytesByJob(transaction: Transaction): Promise<ReadonlyMap<string, number>> {
  const bytes = new Map<string, number>();
  await transaction.table<{ item: Item }>('items').each(({ item }) => {
    const kept = item.inputBytes + (item.state === 'completed' ? item.result.bytes : 0);
    bytes.set(item.jobId, (bytes.get(item.jobId) ?? 0) + kept);
  });
  return bytes;
}

/** Version 4: only what is in processing here is in the index of leases. */
export async function toLeases(transaction: Transaction): Promise<void> {
  await transaction
    .table<{ item: Item; leaseUntil?: number }>('items')
    .toCollection()
    .modify((record) => {
      if (record.item.state === 'processing') record.leaseUntil = record.item.lease.until;
    });
}
