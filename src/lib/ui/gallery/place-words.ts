import type { SyncStatus } from '../../browser/sync/interface.ts';
import { percentText } from '../i18n/format.ts';
import { t } from '../i18n/text.ts';
import type { Picture } from '../state/pictures.ts';
import { stateWords } from '../state/words.ts';

/** A text, and its shorter form for narrow screens. */
export interface PlaceWords {
  readonly text: string;
  readonly short: string;
}

/** How an image fares that runs on the server; undefined when its own state says all. */
export function placeWords(
  { place, state }: Picture,
  fraction: number | undefined,
  server: SyncStatus['state'],
): PlaceWords | undefined {
  if (place === undefined || state === 'completed' || state === 'cancelled') return undefined;
  switch (place.stage) {
    case 'waiting':
    case 'sending':
      return state === 'failed' ? undefined : outboxWords(fraction, server);
    case 'refused':
      return { text: t('place.refused'), short: t('place.short.refused') };
    case 'accepted':
      if (state === 'pending') return { text: t('place.queued'), short: t('place.short.queued') };
      return state === 'processing'
        ? { text: t('place.working'), short: t('place.short.working') }
        : undefined;
    case 'receiving':
      if (state === 'failed') return undefined;
      return place.held
        ? { text: t('place.held'), short: t('place.short.held') }
        : { text: t('place.receiving'), short: t('place.short.receiving') };
    case 'done':
      return undefined;
    default:
      return place satisfies never;
  }
}

function outboxWords(fraction: number | undefined, server: SyncStatus['state']): PlaceWords {
  const short = t('place.short.waiting');
  if (server !== 'online') return { text: t('place.waiting.network'), short };
  if (fraction === undefined) return { text: t('place.waiting'), short };
  const percent = percentText(fraction);
  return { text: t('place.sending', { percent }), short: percent };
}

/** The whole of it, for the sign on the card. */
export function placeTitle({ place, state }: Picture): string {
  const where = place?.from === 'another device' ? t('place.other-device') : t('place.server');
  return `${where} · ${stateWords(state)}`;
}
