/** Of a browser's six lines to a platform the live stream holds one: two stay free for what a person does. */
const MOST = 3;

const waiting: (() => void)[] = [];
let running = 0;

/**
 * Runs what nobody waits for, a few at a time and in turn. What was given up (`signal`) before its turn is not
 * begun; its rejection is the signal's reason.
 */
export async function inBackground<Answer>(
  work: () => Promise<Answer>,
  signal: AbortSignal,
): Promise<Answer> {
  if (running < MOST) running += 1;
  // Whoever ends hands its place over.
  else await new Promise<void>((resolve) => waiting.push(resolve));
  try {
    signal.throwIfAborted();
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) running -= 1;
    else next();
  }
}
