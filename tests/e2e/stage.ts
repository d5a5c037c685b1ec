import type { Browser } from 'playwright';
import { afterAll, beforeAll } from 'vitest';
import { launchChromium } from '../support/chromium.ts';
import { TestServer } from '../support/server.ts';

/** A real browser and a real server for the tests of a file. Call it at the file's top level. */
export function useStage(): { readonly browser: Browser; readonly server: TestServer } {
  let browser: Browser | undefined;
  let server: TestServer | undefined;
  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), TestServer.start()]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });
  return {
    get browser() {
      if (browser === undefined) throw new Error('The browser starts with the first test.');
      return browser;
    },
    get server() {
      if (server === undefined) throw new Error('The server starts with the first test.');
      return server;
    },
  };
}
