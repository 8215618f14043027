/** A page that nobody sees has no frames: without this, a tab in the background would gather readings for hours. */
const WITHOUT_FRAMES_MS = 1000;

/** Calls `run` once: in the next frame, or a while later where none is drawn. */
export function nextDelivery(run: () => void): void {
  const frame = requestAnimationFrame(deliver);
  const timer = setTimeout(deliver, WITHOUT_FRAMES_MS);
  function deliver(): void {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    run();
  }
}
