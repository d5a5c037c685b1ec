import { asLink } from '../../browser/links/link-in.ts';
import { t } from '../i18n/text.ts';
import type { Workshop } from '../state/workshop.svelte.ts';
import { pasteFromClipboard } from './paste-from-clipboard.ts';

/** The part of the Launch Handler API that is used (https://wicg.github.io/web-app-launch/). */
interface LaunchQueue {
  setConsumer(consumer: (launch: LaunchParams) => void): void;
}

interface LaunchParams {
  readonly targetURL?: string | null;
  readonly files?: readonly FileSystemFileHandle[];
}

/**
 * Takes what the app was opened with: files that the system opened with it, what another app shared, and the wishes of
 * its shortcuts. The address is cleaned, so that a reload does not do it again.
 */
export function takeLaunches(workshop: Workshop): void {
  const { launchQueue } = window as { launchQueue?: LaunchQueue };
  launchQueue?.setConsumer(({ targetURL, files = [] }) => {
    void takeFiles(workshop, files);
    if (targetURL) takeWishes(workshop, new URL(targetURL));
  });
  const here = new URL(location.href);
  takeWishes(workshop, here);
  for (const name of ['shared', 'link', 'start']) here.searchParams.delete(name);
  history.replaceState(history.state, '', here);
  void takeShared(workshop);
}

async function takeFiles(workshop: Workshop, handles: readonly FileSystemFileHandle[]): Promise<void> {
  const files = await Promise.all(handles.map((handle) => handle.getFile()));
  await workshop.add(files.map((file) => ({ file, name: file.name })));
}

function takeWishes(workshop: Workshop, { searchParams }: URL): void {
  const link = searchParams.get('link');
  if (link !== null) workshop.link = asLink(link) ?? '';
  const start = searchParams.get('start');
  if (start === 'link') workshop.link = '';
  if (start === 'paste') void pasteFromClipboard(workshop);
  const shared = searchParams.get('shared');
  if (shared === 'nothing') workshop.notices.inform(t('intake.shared-nothing'));
  if (shared === 'failed') workshop.notices.warn(t('intake.shared-failed'));
}

/** Also what an earlier page did not get to. */
async function takeShared(workshop: Workshop): Promise<void> {
  const { emptyInbox } = await import('../../browser/inbox.ts');
  try {
    await emptyInbox((file, name) => workshop.add([{ file, name }]));
  } catch (cause) {
    // No IndexedDB: then there is no inbox either.
    console.warn('What was shared could not be read', cause);
  }
}
