/** An object URL that lives as long as what it was made for. */
export interface BlobUrl {
  readonly url: string | undefined;
  /** True when there is nothing to show: the blob is gone or could not be read. */
  readonly missing: boolean;
}

/**
 * The object URL of what `load` gives, loaded again whenever the state that `load` reads changes, and revoked then
 * and when the component goes away. `load` returns undefined while nothing is wanted. Call it in a component.
 */
export function blobUrl(load: () => Promise<Blob | undefined> | undefined): BlobUrl {
  let url = $state<string>();
  let missing = $state(false);

  $effect(() => {
    let current = true;
    let made: string | undefined;
    load()?.then(
      (blob) => {
        if (!current) return;
        missing = blob === undefined;
        if (blob) url = made = URL.createObjectURL(blob);
      },
      () => {
        if (current) missing = true;
      },
    );
    return () => {
      current = false;
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
