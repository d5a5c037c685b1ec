import type { Hono } from 'hono';

/** What is no route of an app: pages, their files, and whatever strangers try. */
export const OTHER_ROUTE = 'other';

/**
 * Which route a path belongs to, as its pattern (`/queue/job/:id`), among the routes of these apps. Paths themselves
 * hold ids and names, of which there is no end.
 */
export function routePatterns(apps: () => readonly Hono[]): (path: string) => string {
  let routes: Route[] | undefined;
  return (path) => {
    // Not before the first request: by then every route is there.
    routes ??= listRoutes(apps());
    return routes.find(({ matches }) => matches.test(path))?.pattern ?? OTHER_ROUTE;
  };
}

interface Route {
  readonly pattern: string;
  readonly matches: RegExp;
}

function listRoutes(apps: readonly Hono[]): Route[] {
  const patterns = new Set(apps.flatMap((app) => app.routes.map(({ path }) => path)));
  return (
    [...patterns]
      .filter((pattern) => !pattern.includes('*'))
      .map((pattern) => ({ pattern, matches: toRegExp(pattern) }))
      // Fixed parts before parameters: /queue/jobs is no /queue/:id.
      .sort((a, b) => Number(a.pattern.includes(':')) - Number(b.pattern.includes(':')))
  );
}

/** `:name` and `:name{expression}` stand for one part of a path. */
function toRegExp(pattern: string): RegExp {
  const parts = pattern.split('/').map((part) => {
    const constraint = /^:\w+\{(.+)\}$/.exec(part)?.[1];
    if (constraint !== undefined) return `(?:${constraint})`;
    return part.startsWith(':') ? '[^/]+' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  });
  return new RegExp(`^${parts.join('/')}$`);
}
