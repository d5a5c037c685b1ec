import { existsSync, readFileSync } from 'node:fs';
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

interface Env {
  Variables: { /** The file that is sent, perhaps its compressed copy. */ file?: string };
}

/** The built PWA, or `undefined` when it has not been built. */
export function pages(folder: string): Hono<Env> | undefined {
  if (!existsSync(path.join(folder, 'index.html'))) return undefined;
  const app = new Hono<Env>();
  app.use(notModified, fileHeaders);
  app.use(
    serveStatic<Env>({
      root: folder,
      precompressed: true,
      onFound: (file, context) => context.set('file', file),
    }),
  );
  return app;
}

const fileHeaders: MiddlewareHandler<Env> = async (context, next) => {
  await next();
  const file = context.get('file')?.replace(/\.(br|gz)$/, '');
  if (file === undefined) return;
  const { headers } = context.res;
  headers.set('cache-control', context.req.path.startsWith(HASHED) ? A_YEAR : 'no-cache');
  // Scripts have a policy as well: a worker lives by that of its script. A page is read each time, since it may be
  // built anew under a running server.
  const html = file.endsWith('.html') ? readFileSync(file, 'utf8') : '';
  headers.set('content-security-policy', contentSecurityPolicy(html, file));
};

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
  // Hono would merge the headers of the answer before into the new one.
  context.res = undefined;
  context.res = new Response(null, { status: 304, headers });
};
