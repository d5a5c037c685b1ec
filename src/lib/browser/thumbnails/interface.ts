/** What the page and the thumbnail worker say to each other. The page imports this file and never the worker's source. */
export interface ThumbnailWorker {
  /**
   * A small rendering (WebP where the browser writes it, else PNG), upright, with its transparency.
   * @param edge pixels of its longer side at most; smaller images keep their size
   * @throws MattingError when the image cannot be decoded
   */
  shrink(image: Blob, edge: number): Promise<Blob>;
  /** The same pixels as PNG, the one format that clipboards take. @throws MattingError */
  toPng(image: Blob): Promise<Blob>;
}
