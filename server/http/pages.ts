import { readFileSync } from 'node:fs';
import path from 'node:path';
import { serveStatic } from '@hono/node-server/serve-static';
import { Hono, type MiddlewareHandler } from 'hono';
import { contentSecurityPolicy } from './content-security-policy.ts';

/** Vite puts a hash of its content into the name of each of these. */
const HASHED = '/_app/immutable/';
const A_YEAR = 'public, max-age=31536000, immutable';

/** True for a browser that opens a page, not for `fetch`, curl or one that accepts anything. */
export function wantsPage(request: Request): boolean {
  return request.headers.get('accept')?.includes('text/html') ?? false;
}

/** The built PWA, or `undefined` when it has not been built. */
export function pages(folder: string): Hono | undefined {
  const html = readPage(path.join(folder, 'index.html'));
  if (html === undefined) return undefined;
  const policy = contentSecurityPolicy(html);
  const app = new Hono();
  app.use(notModified);
  app.use(
    serveStatic({
      root: folder,
      precompressed: true,
      onFound(_path, context) {
        const hashed = context.req.path.startsWith(HASHED);
        context.header('cache-control', hashed ? A_YEAR : 'no-cache');
        if (context.res.headers.get('content-type')?.startsWith('text/html')) {
          context.header('content-security-policy', policy);
        }
      },
    }),
  );
  return app;
}

function readPage(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** Files that are asked for again at every visit are sent again only when they are other ones. */
const notModified: MiddlewareHandler = async (context, next) => {
  await next();
  const { res } = context;
  const modified = res.headers.get('last-modified');
  if (res.status !== 200 || modified === null) return;
  if (context.req.header('if-modified-since') !== modified) return;
  await res.body?.cancel();
  const headers = new Headers(res.headers);
  headers.delete('content-length');
  context.res = undefined;
  context.res = new Response(null, { status: 304, headers });
};
