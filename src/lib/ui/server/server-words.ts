import type { SyncStatus } from '../../browser/sync/interface.ts';
import { dateText } from '../i18n/format.ts';
import { t } from '../i18n/text.ts';
import { failureWords } from '../state/words.ts';

/** All but `off`. */
export type Connection = Exclude<SyncStatus, { readonly state: 'off' }>;

/** What the server is called: its host, or that it is the page's own. */
export function serverName({ url }: Pick<Connection, 'url'>): string {
  return url === '' ? t('server.own') : (URL.parse(url)?.host ?? url);
}

export function stateTitle(status: Connection): string {
  if (status.state === 'online' && status.busy) return t('server.state.busy');
  return t(`server.state.${status.state}`);
}

/** What is wrong, in the server's words or ours, and what to do; undefined while nothing is. */
export function problemWords(status: Connection): readonly string[] | undefined {
  switch (status.state) {
    case 'connecting':
    case 'online':
      return undefined;
    case 'offline':
      return [t('server.offline.do')];
    case 'refused':
      return [refusalWords(status), t('server.refused.do')];
    default:
      return status satisfies never;
  }
}

function refusalWords(told: { readonly code: string; readonly message: string }): string {
  if (told.code === 'key_missing' || told.code === 'key_invalid') return t(`server.error.${told.code}`);
  return failureWords(told, 'server');
}

export function syncedWords({ syncedAt }: Connection): string {
  return syncedAt === null
    ? t('server.synced.never')
    : t('server.synced', { time: dateText(new Date(syncedAt)) });
}

/** Few words for the header. */
export function badgeWords(status: Connection): string {
  if (status.state === 'refused') return t('server.badge.refused');
  if (status.state === 'offline' && status.outbox === 0) return t('server.badge.offline');
  if (status.outbox > 0) return t('server.badge.waiting', { count: status.outbox });
  return t('server.title');
}
