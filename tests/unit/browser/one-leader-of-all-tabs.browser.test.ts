import { afterEach, describe, expect, it } from 'vitest';
import { Campaign, LEADER_LOCK } from '../../../src/lib/browser/leader.ts';

/** A candidate that tells when it leads. */
function candidate(locks: LockManager | undefined = navigator.locks) {
  const { promise: leads, resolve } = Promise.withResolvers<void>();
  const state = { leading: false };
  const campaign = new Campaign(locks, async (signal) => {
    state.leading = true;
    resolve();
    await new Promise((over) => signal.addEventListener('abort', over));
    state.leading = false;
  });
  campaign.start();
  open.push(campaign);
  return { campaign, leads, state };
}

const open: Campaign[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((campaign) => campaign.stop()));
  const { held, pending } = await navigator.locks.query();
  expect([...(held ?? []), ...(pending ?? [])].filter(({ name }) => name === LEADER_LOCK)).toEqual([]);
});

/** Another browsing context, as a second tab is, that holds the lock until it is ended without a word. */
async function foreignLeader(): Promise<Worker> {
  const code = `navigator.locks.request('${LEADER_LOCK}', () => { postMessage('leads'); return new Promise(() => {}); })`;
  const worker = new Worker(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })));
  await new Promise((resolve) => worker.addEventListener('message', resolve, { once: true }));
  return worker;
}

describe('of all tabs', () => {
  it('one leads at a time, and the next follows when it resigns', async () => {
    const first = candidate();
    await first.leads;
    const second = candidate();
    await first.campaign.stop();
    expect(first.state.leading).toBe(false);
    await second.leads;
  });

  it('the next follows when the leader dies', async () => {
    const leader = await foreignLeader();
    const { leads, state } = candidate();
    expect(state.leading).toBe(false);
    leader.terminate();
    await leads;
  });

  it('one that no longer stands is not elected', async () => {
    const leader = await foreignLeader();
    const resigned = candidate();
    await resigned.campaign.stop();
    const { leads } = candidate();
    leader.terminate();
    await leads;
    expect(resigned.state.leading).toBe(false);
  });

  it('one that came back stands again', async () => {
    const { campaign, leads, state } = candidate();
    await leads;
    await campaign.stop();
    campaign.start();
    await expect.poll(() => state.leading).toBe(true);
  });
});

it('without Web Locks a tab leads at once', async () => {
  await candidate(undefined).leads;
});
