import type { Messages } from '../../message.ts';

/**
 * What went wrong, by code, for languages other than English: there the sentence that came with the failure is shown,
 * which knows more. `failureWords` chooses.
 */
export const failures = {
  'failures.worker_lost': 'The engine stopped while it worked on this image.',
  'failures.image_empty': 'This file is empty.',
  'failures.image_unsupported': 'This file is no image of a kind that Offcut reads.',
  'failures.image_undecodable': 'This image is damaged and cannot be read.',
  'failures.image_too_large': 'This image is too large.',
  'failures.image_truncated': 'This file ends too early: a part of the image is missing.',
  'failures.image_checksum': 'This file was changed by accident: parts of the image may be wrong.',
  'failures.image_damaged': 'This file is damaged: parts of the image may be missing.',
  'failures.image_animated': 'This image is animated: its first frame was taken.',
  'failures.subject_empty': 'No subject was found in this image.',
  'failures.model_unavailable':
    'The model could not be loaded. Connect to the network once, so that it can be stored.',
  'failures.model_invalid': 'The model that was loaded is damaged. Reload the page to fetch it again.',
  'failures.model_not_installed': 'This model is not on this device. Open “Models” and download it.',
  'failures.model_unknown': 'There is no such model here.',
  'failures.runtime_failed': 'The engine failed on this image. Try it again.',
  'failures.runtime_unsupported':
    'This browser can run models neither on the graphics card nor by WebAssembly with SIMD, so no backgrounds are removed here. Images that you add wait; results that are here can be viewed, edited and downloaded. Any browser of the last two years does it, and so does an Offcut server.',
  'failures.encode_failed': 'The result could not be written. Try it again, or choose another format.',
  'failures.input_lost': 'The photo is no longer on this device. Add it again.',
  'failures.file_too_large': 'This file is too large.',
  'failures.storage_full':
    'The browser has no room left, so this was not stored. Delete finished images, or free space on the device, then try again.',
  'failures.request_malformed':
    'This file is damaged, or is none that Offcut exported. Nothing was imported.',
  'failures.media_type_unsupported': 'This file is of a kind that cannot be used here.',
  'failures.server_forgot':
    'The server no longer knows this image. Try it again on a device that has the photo.',
  'failures.server_disconnected':
    'The server was disconnected before this was done. Try it again to have it done on this device.',
  'failures.result_not_found':
    'The server finished this image and no longer has its result. Try it again, or add the photo again.',
  'failures.server.model_not_installed':
    'This model is not on the server. Choose another one, or add the image again for this device.',
  'failures.server.model_unknown':
    'The server does not have this model. Choose another one, or add the image again for this device.',
  'failures.server.model_unavailable':
    'The server could not load the model. Try again later, or tell whoever runs it.',
  'failures.server.model_invalid': 'The model on the server is damaged. Tell whoever runs it.',
  'failures.server.storage_full': 'The server has no room left. Try again later, or tell whoever runs it.',
  'failures.server.input_lost': 'The photo is no longer on the server. Add it again.',
  'failures.internal_error': 'Something unexpected went wrong. Try it again.',
} as const satisfies Messages;
