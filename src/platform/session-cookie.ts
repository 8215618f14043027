const SESSION_COOKIE = 'vigie_session';

/** The session in a `Cookie` header (RFC 6265); undefined where there is none. */
export function sessionCookieOf(header: string | undefined): string | undefined {
  for (const pair of header?.split(';') ?? []) {
    const at = pair.indexOf('=');
    if (pair.slice(0, at).trim() === SESSION_COOKIE) return pair.slice(at + 1).trim() || undefined;
  }
  return undefined;
}

/** A `Set-Cookie` line; an empty value takes the cookie back. Scripts cannot read it, other sites cannot send it. */
export function setSessionCookie(
  value: string,
  options: { maxAgeSeconds: number; isSecure: boolean },
): string {
  const seconds = Math.max(0, Math.floor(options.maxAgeSeconds));
  const secure = options.isSecure ? '; Secure' : '';
  return `${SESSION_COOKIE}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure}`;
}
