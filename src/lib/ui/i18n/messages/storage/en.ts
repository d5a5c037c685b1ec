import type { Messages } from '../../message.ts';

/** What is kept on this device, and how it gets out and in as a whole. */
export const storage = {
  'storage.title': 'Storage and backup',
  'storage.measuring': 'Adding up what is stored…',
  'storage.used': '{used} of {quota} used',
  'storage.used.alone': '{used} used',
  'storage.app': 'App',
  'storage.runtime': 'Engine that runs the models',
  'storage.models': 'Models',
  'storage.model.app': '{title}, part of the app',
  'storage.model.part': '{title}, not yet whole',
  'storage.model.delete': 'Delete {title}',
  'storage.photos': 'Photos',
  'storage.results': 'Results',
  'storage.edits': 'Edits',
  'storage.empty': 'No images yet',
  'storage.jobs': { one: '{count} image or batch', other: '{count} images and batches' },
  'storage.finished': 'Finished images',
  'storage.finished.delete': 'Delete finished images ({size})',
  'storage.finished.none': 'There are no finished images to delete.',
  'storage.keep': 'Keep for good',
  'storage.keep.kept': 'The browser keeps all of it, even when the device runs low on space.',
  'storage.keep.not': 'When the device runs low on space, the browser may clear all of it.',
  'storage.keep.ask': 'Ask the browser to keep it',
  'storage.keep.refused':
    'The browser did not agree. It usually does once Offcut is installed or used more often.',
  'storage.backup': 'Backup',
  'storage.backup.explanation':
    'The whole library as one file: photos, results and edits. Import it here or on another device; what is there already stays as it is.',
  'storage.export': 'Export library',
  'storage.exporting': 'Exporting…',
  'storage.import': 'Import library…',
  'storage.importing': 'Importing',
  'storage.imported': {
    one: '{count} image or batch was imported.',
    other: '{count} images and batches were imported.',
  },
  'storage.imported.known': {
    one: '{count} image or batch was here already.',
    other: '{count} images and batches were here already.',
  },
  'storage.memory.title': 'Nothing is stored',
} as const satisfies Messages;
