/** For every answer. */
export const PLAIN_HEADERS = { 'x-content-type-options': 'nosniff' } as const;

/** For pages: only our own files run; `styleHash` lets one inline style sheet through (CSP level 3, `sha256-…`). */
export function pageHeaders(styleHash?: string): Record<string, string> {
  const style = styleHash === undefined ? "'self'" : `'self' '${styleHash}'`;
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      `style-src ${style}`,
      "connect-src 'self'",
      "img-src 'self' blob: data:",
      "manifest-src 'self'",
      "worker-src 'self'",
      "base-uri 'none'",
      "form-action 'self'",
      "frame-ancestors 'none'",
    ].join('; '),
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-cache',
  };
}
