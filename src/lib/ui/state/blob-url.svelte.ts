/** A URL of a blob that lives as long as what it was made for. */
export interface BlobUrl {
  readonly url: string | undefined;
  /** True when there is nothing to show: the blob is gone or could not be read. */
  readonly missing: boolean;
}

/**
 * Bytes that go into the URL itself, base64. For an object URL the page asks the browser's process and stands still until
 * that answers: 20 ms where the cores are busy, and a card needs two.
 */
const MOST_INLINE_BYTES = 64 * 1024;

/**
 * The URL of what `load` gives, loaded again whenever the state that `load` reads changes, and revoked then
 * and when the component goes away; then its signal aborts as well. `load` returns undefined while nothing is wanted.
 * Call it in a component.
 */
export function blobUrl(load: (signal: AbortSignal) => Promise<Blob | undefined> | undefined): BlobUrl {
  let url = $state<string>();
  let missing = $state(false);

  $effect(() => {
    let current = true;
    const abort = new AbortController();
    let made: string | undefined;
    const show = async (loading: Promise<Blob | undefined>) => {
      const blob = await loading;
      const inline = blob && blob.size <= MOST_INLINE_BYTES ? await dataUrlOf(blob) : undefined;
      if (!current) return;
      missing = blob === undefined;
      if (blob) url = inline ?? (made = URL.createObjectURL(blob));
    };
    const loading = load(abort.signal);
    if (loading)
      show(loading).catch(() => {
        if (current) missing = true;
      });
    return () => {
      current = false;
      abort.abort();
      if (made !== undefined) URL.revokeObjectURL(made);
      url = undefined;
    };
  });

  return {
    get url() {
      return url;
    },
    get missing() {
      return missing;
    },
  };
}

function dataUrlOf(blob: Blob): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const reader = new FileReader();
  reader.onload = () => {
    resolve(reader.result as string);
  };
  reader.onerror = () => {
    reject(reader.error ?? new Error('The picture could not be read.'));
  };
  reader.readAsDataURL(blob);
  return promise;
}
