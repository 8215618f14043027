const MOST_SECONDS = 60;

/**
 * How long a sender wants to wait for the outcome, ms, of at most a minute: `wait` of the header Prefer (RFC 7240
 * section 4.3). undefined where it says nothing of that; of several only the first counts (section 2).
 */
export function preferredWaitMs(prefer: string | string[] | undefined): number | undefined {
  if (prefer === undefined) return undefined;
  const text = typeof prefer === 'string' ? prefer : prefer.join(',');
  const match = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:$|[,;])/i.exec(text);
  return match ? Math.min(Number(match[1]), MOST_SECONDS) * 1000 : undefined;
}
