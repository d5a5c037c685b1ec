import type { Messages } from '../../message.ts';

/** Words that several parts of the page use. */
export const words = {
  'words.something-went-wrong': 'Something unexpected went wrong.',
  'words.images': { one: '{count} image', other: '{count} images' },
  'words.stage.decode': 'Decoding',
  'words.stage.preprocess': 'Getting ready',
  'words.stage.infer': 'Finding the subject',
  'words.stage.postprocess': 'Refining the edges',
  'words.stage.compose': 'Cutting out',
  'words.stage.encode': 'Saving the result',
  'words.state.pending': 'Waiting',
  'words.state.processing': 'Working',
  'words.state.completed': 'Done',
  'words.state.failed': 'Failed',
  'words.state.cancelled': 'Cancelled',
  'words.tally.open': '{done} of {total} done',
  'words.tally.open-failed': '{done} of {total} done, {failed} failed',
  'words.tally.all': { one: '{count} image done', other: '{count} images done' },
  'words.tally.some': { one: '{done} of {count} image done', other: '{done} of {count} images done' },
  'words.tally.some-failed': {
    one: '{done} of {count} image done, {failed} failed',
    other: '{done} of {count} images done, {failed} failed',
  },
} as const satisfies Messages;
