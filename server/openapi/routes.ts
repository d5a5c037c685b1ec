import { readFile } from 'node:fs/promises';
import { Hono } from 'hono';
import { compress } from 'hono/compress';
import { etag } from 'hono/etag';
import { openApiDocument } from './document.ts';

/** What `GET /` says of them. */
export const DOCS_ENDPOINTS = {
  'GET /openapi.json': 'all of this as OpenAPI 3.1',
  'GET /docs': 'the same as a page',
} as const;

/**
 * The page has one script, which draws everything and asks for nothing but the description. That script styles what it
 * draws by attributes.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * No console for trying requests: on a device that has the app, its service worker would answer them from the device,
 * and not from the server that is described.
 */
const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>Offcut API</title>
    <link rel="icon" href="/icons/icon.svg" />
    <link rel="stylesheet" href="/docs/page.css" />
    <script src="/docs/explorer.js" defer></script>
  </head>
  <body>
    <openapi-explorer
      spec-url="/openapi.json"
      hide-console
      hide-authentication
      hide-server-selection
      nav-bg-color="#17171c"
      nav-text-color="#d9d9e0"
      nav-hover-bg-color="#2b2b33"
      nav-hover-text-color="#ffffff"
      primary-color="#2c43d8"
      secondary-color="#93a4ff"
      bg-color="#ffffff"
      text-color="#17171c"
    ></openapi-explorer>
    <noscript>The description itself is at <a href="/openapi.json">/openapi.json</a>.</noscript>
  </body>
</html>
`;

const CSS = `html, body { margin: 0; height: 100%; }
openapi-explorer { --font-regular: system-ui, sans-serif; font-family: system-ui, sans-serif; }
`;

const EXPLORER = new URL(import.meta.resolve('openapi-explorer/dist/browser/openapi-explorer.min.js'));

/** `/openapi.json`, and `/docs` to read it in a browser. Neither needs anything of another server. */
export function docs(version: string): Hono {
  const description = JSON.stringify(openApiDocument(version));
  const app = new Hono();
  const kept = [compress(), etag()] as const;
  app.get('/openapi.json', ...kept, (context) => context.body(description, 200, headers('application/json')));
  app.get('/docs', ...kept, (context) =>
    context.body(PAGE, 200, { ...headers('text/html; charset=utf-8'), 'content-security-policy': POLICY }),
  );
  app.get('/docs/page.css', ...kept, (context) => context.body(CSS, 200, headers('text/css; charset=utf-8')));
  app.get('/docs/explorer.js', ...kept, async (context) =>
    context.body(await readFile(EXPLORER, 'utf8'), 200, headers('text/javascript; charset=utf-8')),
  );
  return app;
}

/** Asked for again at every visit, and sent again when it is another one. */
function headers(type: string) {
  return { 'content-type': type, 'cache-control': 'no-cache' };
}
