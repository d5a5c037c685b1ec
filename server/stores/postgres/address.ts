/** True for an address that PostgreSQL can be reached by: `postgres://user:password@host:port/database?sslmode=…`. */
export function isPostgresUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && ['postgres:', 'postgresql:'].includes(url.protocol) && url.pathname.length > 1;
}
