import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until something is so; throws where it is not in time. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  ms = 60_000,
): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not so within ${ms} ms: ${condition}`);
    await sleep(50);
  }
}
