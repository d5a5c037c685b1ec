import type { Engine } from '../../browser/offcut.ts';
import { spoken, t } from '../i18n/text.ts';
import { failureWords } from '../state/words.ts';

export interface BadgeWords {
  readonly title: string;
  /** The title where there is little room; without one it is the same. */
  readonly short?: string;
  readonly detail: string;
}

export function engineWords(engine: Engine): BadgeWords {
  switch (engine.state) {
    case 'starting':
      return {
        title: t('badges.engine.starting'),
        short: t('badges.engine.starting.short'),
        detail: t('badges.engine.starting.detail'),
      };
    case 'ready':
      return { ...runtimeWords(engine), detail: reasonWords(engine) };
    case 'elsewhere':
      return { title: t('badges.engine.elsewhere'), detail: t('badges.engine.elsewhere.detail') };
    case 'failed':
      return { title: t('badges.engine.failed'), detail: failureWords(engine) };
  }
}

/** In English the reason as it was given, which names the adapter. */
function reasonWords({ reason, why }: Extract<Engine, { state: 'ready' }>): string {
  return spoken().language === 'en' || why === undefined ? reason : t(`badges.engine.why.${why}`);
}

function runtimeWords({ runtime, threads }: Extract<Engine, { state: 'ready' }>) {
  if (runtime === 'webgpu') return { title: 'WebGPU' };
  return { title: t('badges.engine.wasm', { count: threads }), short: 'WebAssembly' };
}
