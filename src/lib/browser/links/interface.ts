export type FetchOutcome =
  | { readonly kind: 'picture'; readonly blob: Blob }
  /** The site is down, or does not let other pages read its pictures (CORS). */
  | { readonly kind: 'closed' }
  | { readonly kind: 'refused'; readonly status: number }
  /** `type`: the media type of what is there instead. */
  | { readonly kind: 'no-picture'; readonly type: string }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'slow' };

export interface LinkWorker {
  /** @param url of a picture, `http:` or `https:` */
  fetchPicture(url: string): Promise<FetchOutcome>;
}
