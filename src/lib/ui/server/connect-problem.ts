import type { ServerAddress } from '../../browser/sync/interface.ts';
import { t } from '../i18n/text.ts';
import { sentenceOf } from '../state/words.ts';

/** Why a server could not be connected, and what to do. */
export function connectProblem(cause: unknown, { url }: ServerAddress): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  const own = url === '';
  const host = URL.parse(url)?.host ?? url;
  switch (code) {
    case 'unreachable':
      return own
        ? t('server.error.own-unreachable')
        : t('server.error.unreachable', { host, origin: location.origin });
    case 'answer_invalid':
      return own ? t('server.error.own-invalid') : t('server.error.invalid', { host });
    case 'key_missing':
    case 'key_invalid':
      return t(`server.error.${code}`);
    default:
      return sentenceOf(cause);
  }
}

/** A server's address as it is kept: without what is behind the host and a path. `undefined` when it is none. */
export function readAddress(text: string): string | undefined {
  const trimmed = text.trim();
  const url = URL.parse(/^[a-z][a-z\d+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '') return undefined;
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/** Whether others on the way can read what is sent there. */
export function isReadableOnTheWay(address: string): boolean {
  const url = URL.parse(address);
  return (
    url?.protocol === 'http:' && !/^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname)
  );
}
