import type { MiddlewareHandler } from 'hono';

/**
 * On every answer, scripts of workers included. COOP and COEP make the page cross-origin isolated, which threads in
 * WebAssembly need; the service worker keeps them for offline use, since cached answers keep their headers.
 */
const HEADERS: Readonly<Record<string, string>> = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'permissions-policy': [
    ...['accelerometer', 'autoplay', 'browsing-topics', 'camera'],
    ...[
      'display-capture',
      'encrypted-media',
      'geolocation',
      'gyroscope',
      'hid',
      'magnetometer',
      'microphone',
    ],
    ...['midi', 'payment', 'publickey-credentials-get', 'serial', 'usb', 'xr-spatial-tracking'],
  ]
    .map((feature) => `${feature}=()`)
    .join(', '),
  // For browsers that know no `frame-ancestors`.
  'x-frame-options': 'DENY',
  'x-permitted-cross-domain-policies': 'none',
  'origin-agent-cluster': '?1',
};

/** Of an answer that says nothing else: data, which runs and loads nothing when a browser opens it. */
const DATA_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; form-action 'none'";

/** @param hstsSeconds 0 for a server that is also asked without TLS */
export function securityHeaders({ hstsSeconds }: { readonly hstsSeconds: number }): MiddlewareHandler {
  return async (context, next) => {
    await next();
    const { headers } = context.res;
    for (const [name, value] of Object.entries(HEADERS)) headers.set(name, value);
    if (!headers.has('content-security-policy')) headers.set('content-security-policy', DATA_POLICY);
    if (hstsSeconds > 0) headers.set('strict-transport-security', `max-age=${String(hstsSeconds)}`);
  };
}
