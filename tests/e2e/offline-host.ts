import type { Page } from 'playwright';
import type { ApiAnswer, ApiHost, ApiRequest } from '../contract/api.ts';
import { launchChromium } from '../support/chromium.ts';
import { TestServer } from '../support/server.ts';
import { OffcutPage } from './offcut-page.ts';

/** The page's own `fetch`, answered by the service worker: the server is dead when this resolves. */
export async function openOfflineHost(): Promise<ApiHost> {
  await using server = await TestServer.start();
  const browser = await launchChromium();
  const app = await OffcutPage.open(await browser.newContext(), server.url);
  await app.worksOffline();
  await server.killTree();
  await app.page.reload();
  return {
    call: (request) => callPage(app.page, request),
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

/** Bytes cross between the processes as base64. */
async function callPage(page: Page, { form, ...request }: ApiRequest): Promise<ApiAnswer> {
  const files = form?.files.map((file) => ({ ...file, bytes: Buffer.from(file.bytes).toString('base64') }));
  const plain = { ...request, form: form && { fields: form.fields ?? {}, files: files ?? [] } };
  const answer = await page.evaluate(async ({ method, path, headers, form, text }) => {
    const data = new FormData();
    for (const [name, value] of Object.entries(form?.fields ?? {})) data.append(name, value);
    for (const { field, filename, type, bytes } of form?.files ?? []) {
      data.append(field, new File([Uint8Array.fromBase64(bytes)], filename, { type }));
    }
    const body = form === undefined ? text : data;
    const init = { method, ...(headers && { headers }), ...(body !== undefined && { body }) };
    const response = await fetch(path, init);
    const bytes = new Uint8Array(await response.arrayBuffer());
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      bytes: bytes.toBase64(),
    };
  }, plain);
  return { ...answer, bytes: Buffer.from(answer.bytes, 'base64') };
}
