import type { Offline } from '../../browser/offcut.ts';
import { percentText } from '../i18n/format.ts';
import { spoken, t } from '../i18n/text.ts';
import type { BadgeWords } from './engine-words.ts';

export function offlineWords(offline: Offline): BadgeWords {
  switch (offline.state) {
    case 'storing':
      return {
        title: t('badges.offline.storing', { percent: percentText(offline.fraction) }),
        detail: t('badges.offline.storing.detail'),
      };
    case 'ready':
      return { title: t('badges.offline.ready'), detail: t('badges.offline.ready.detail') };
    case 'update':
      return { title: t('badges.offline.update'), detail: t('badges.offline.update.detail') };
    case 'unavailable':
      return { title: t('badges.offline.unavailable'), detail: reasonWords(offline) };
  }
}

function reasonWords({ reason, why }: Extract<Offline, { state: 'unavailable' }>): string {
  return spoken().language === 'en' || why === undefined ? reason : t(`badges.offline.why.${why}`);
}
