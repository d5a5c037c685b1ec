import type { StorageReport } from '../../browser/storage/interface.ts';
import type { PlainTextKey } from '../i18n/text.ts';

export interface StoragePart {
  readonly title: PlainTextKey;
  readonly bytes: number;
  /** Also its place among the colours. */
  readonly kind: 'app' | 'runtime' | 'models' | 'photos' | 'results' | 'edits';
}

/** The report by what people know, the constant first. */
export function partsOf({ app, runtime, models, photos, results, edits }: StorageReport): StoragePart[] {
  return [
    { kind: 'app', title: 'storage.app', bytes: app },
    { kind: 'runtime', title: 'storage.runtime', bytes: runtime },
    { kind: 'models', title: 'storage.models', bytes: models.reduce((sum, { bytes }) => sum + bytes, 0) },
    { kind: 'photos', title: 'storage.photos', bytes: photos },
    { kind: 'results', title: 'storage.results', bytes: results },
    { kind: 'edits', title: 'storage.edits', bytes: edits },
  ];
}
