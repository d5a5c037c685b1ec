/**
 * Every file of the built app, put into the service worker by vite.config.ts. `revision` is null when the name holds a
 * hash of the content already. Absent in development.
 */
declare const __OFFCUT_FILES__: readonly {
  readonly url: string;
  readonly revision: string | null;
  readonly bytes: number;
}[];
