import { putIntoInbox } from '../inbox.ts';
import { linkIn } from '../links/link-in.ts';

/** Where the system posts what is shared with the app (static/manifest.webmanifest). */
export const SHARE_PATH = '/share';

/**
 * Takes in what another app shares, also without a network, and answers with the page that goes on with it. The images
 * are on disk before.
 */
export async function takeShare(request: Request): Promise<Response> {
  try {
    const form = await request.formData();
    const files = form.getAll('images').filter((entry) => entry instanceof File);
    if (files.length > 0) {
      await putIntoInbox(files);
      return seeOther('/?shared');
    }
    const texts = ['url', 'text', 'title'].map((name) => form.get(name));
    const link = linkIn(texts.filter((text) => typeof text === 'string').join('\n'));
    return seeOther(link === undefined ? '/?shared=nothing' : `/?link=${encodeURIComponent(link)}`);
  } catch (cause) {
    console.error('What was shared could not be stored', cause);
    return seeOther('/?shared=failed');
  }
}

function seeOther(location: string): Response {
  return new Response(null, { status: 303, headers: { location } });
}
