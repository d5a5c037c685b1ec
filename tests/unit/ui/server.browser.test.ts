import { mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { page, userEvent } from 'vitest/browser';
import { OffcutError } from '#client/errors.ts';
import type { PlaceView, SyncStatus } from '../../../src/lib/browser/sync/interface.ts';
import Page from '../../../src/lib/ui/page/Page.svelte';
import { Workshop } from '../../../src/lib/ui/state/workshop.svelte.ts';
import '../../../src/lib/ui/styles/base.css';
import '../../../src/lib/ui/styles/tokens.css';
import { at, job } from './jobs.ts';
import { ScriptedOffcut } from './scripted-offcut.ts';

const byId = (id: string) => page.getByTestId(id);
const SERVER = { url: 'https://nas.example', hasKey: true, outbox: 0, incoming: 0, syncedAt: null };
const ONLINE: SyncStatus = { ...SERVER, state: 'online', busy: false };

let offcut: ScriptedOffcut;
let workshop: Workshop;
let shown: Record<string, unknown>;

beforeEach(async () => {
  offcut = new ScriptedOffcut();
  workshop = new Workshop();
  shown = mount(Page, { target: document.body, props: { workshop } });
  await workshop.library.open(async () => offcut);
});
afterEach(() => unmount(shown));

async function openDialog(): Promise<void> {
  await userEvent.click(byId('settings'));
  await userEvent.click(byId('open-server'));
  await expect.element(byId('server')).toBeVisible();
}

function showAt(place: PlaceView, status: 'pending' | 'processing' | 'completed' = 'pending'): void {
  offcut.show({ ...job('job-1', at(0), { filename: 'cat.jpg', status }), place });
}

test('before a server is connected the dialog says what would be sent, and nothing speaks of one elsewhere', async () => {
  expect(byId('server-badge').elements()).toHaveLength(0);
  await openDialog();
  await expect.element(byId('server')).toMatchTextContent(/nothing leaves this device/);
  await expect.element(byId('server')).toMatchTextContent(/Photos that are to run on the server/);
  await userEvent.click(byId('connect'));
  // The one that the page came from.
  expect(offcut.calls).toEqual(['connect ']);
});

test('an address is asked for, and what is wrong with it is said in plain words', async () => {
  await openDialog();
  await userEvent.click(page.getByText('Another one', { exact: true }));
  await userEvent.click(byId('connect'));
  await expect.element(byId('connect-problem')).toMatchTextContent(/no address of a server/);
  await userEvent.fill(byId('server-address'), 'nas.example/offcut/');
  offcut.refusal = new OffcutError('unreachable', 0, 'No server answers.');
  await userEvent.click(byId('connect'));
  await expect.element(byId('connect-problem')).toMatchTextContent(/nas\.example cannot be used from here/);
  await expect
    .element(byId('connect-problem'))
    .toMatchTextContent(new RegExp(`OFFCUT_CORS_ORIGINS=${location.origin}`));
  offcut.refusal = new OffcutError('key_missing', 401, 'This server wants an API key.');
  await userEvent.click(byId('connect'));
  await expect.element(byId('connect-problem')).toMatchTextContent(/wants an API key/);
  expect(offcut.calls).toEqual(['connect https://nas.example/offcut', 'connect https://nas.example/offcut']);
  await userEvent.fill(byId('server-address'), 'http://192.168.1.20:5000');
  await expect.element(page.getByText(/not encrypted/)).toBeVisible();
});

test('once connected, where new images run is chosen, with the reason of auto', async () => {
  offcut.tellServer(ONLINE);
  await userEvent.click(byId('server-badge'));
  await expect.element(byId('place-why')).toMatchTextContent(/this device is not strong/);
  await userEvent.click(byId('place-choice').getByText('Server', { exact: true }));
  await expect.poll(() => offcut.calls).toEqual(['place server']);
  await expect.element(byId('place-why')).toMatchTextContent(/Offline, they wait for it/);
});

test('a server that is away, or lets nobody in, says what to do', async () => {
  offcut.tellServer({ ...SERVER, outbox: 3, state: 'offline', message: 'No answer.', retryAt: 0 });
  await expect.element(byId('server-badge')).toMatchTextContent(/3 wait/);
  await userEvent.click(byId('server-badge'));
  await expect.element(byId('server-problem')).toMatchTextContent(/tried again by itself/);
  await userEvent.click(byId('sync-now'));
  expect(offcut.calls).toContain('sync now');
  offcut.tellServer({ ...SERVER, state: 'refused', code: 'key_invalid', message: 'Revoked.' });
  await expect.element(byId('server-problem')).toMatchTextContent(/does not know this key/);
  await userEvent.click(byId('server-settings'));
  await expect.element(byId('server-address')).toHaveValue('https://nas.example');
});

test('to disconnect is said what becomes of the images first', async () => {
  offcut.tellServer(ONLINE);
  await openDialog();
  await userEvent.click(byId('disconnect'));
  await expect.element(byId('server')).toMatchTextContent(/What was not sent yet runs on this device/);
  expect(offcut.calls).toEqual([]);
  await userEvent.click(byId('disconnect-now'));
  expect(offcut.calls).toEqual(['disconnect']);
});

test('the card of an image for the server says how it fares', async () => {
  const status = byId('card-status');
  offcut.tellServer({ ...SERVER, state: 'offline', message: 'No answer.', retryAt: 0 });
  showAt({ on: 'server', from: 'this device', stage: 'waiting' });
  await expect.element(status).toMatchTextContent(/Waits for the server/);
  offcut.tellServer(ONLINE);
  await expect.element(status).toMatchTextContent(/Waits to be sent/);
  offcut.tellSending({ jobId: 'job-1', fraction: 0.4 });
  await expect.element(status).toMatchTextContent(/Sending 40%/);
  showAt({ on: 'server', from: 'this device', stage: 'accepted' });
  await expect.element(status).toMatchTextContent(/Queued on the server/);
  showAt({ on: 'server', from: 'this device', stage: 'accepted' }, 'processing');
  await expect.element(status).toMatchTextContent(/The server works on it/);
  showAt(
    { on: 'server', from: 'another device', stage: 'receiving', remaining: 1, held: true },
    'processing',
  );
  await expect.element(status).toMatchTextContent(/Done, still on the server/);
  await userEvent.click(byId('card-fetch'));
  expect(offcut.calls).toEqual(['fetch job-1']);
});

test('what waits for the server runs on this device instead, if its user likes', async () => {
  offcut.tellServer({ ...SERVER, state: 'offline', message: 'No answer.', retryAt: 0 });
  showAt({ on: 'server', from: 'this device', stage: 'waiting' });
  await userEvent.click(page.getByRole('button', { name: 'Run cat.jpg on this device instead' }));
  expect(offcut.calls).toEqual(['move job-1 to device']);
});
