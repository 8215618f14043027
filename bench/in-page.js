// What bench/dashboard.ts puts into each page before its own scripts.
(() => {
  const lookForTile = () => {
    if (document.querySelector('[data-sensor]') === null) requestAnimationFrame(lookForTile);
    else performance.mark('first-tile');
  };
  requestAnimationFrame(lookForTile);

  /** From the next click, or the last key, until the frame in which `selector` is there; ms. */
  globalThis.timedUntil = (selector) =>
    new Promise((resolve, reject) => {
      let begun = Number.POSITIVE_INFINITY;
      const begin = (event) => {
        begun = event.timeStamp;
      };
      for (const name of ['click', 'input']) addEventListener(name, begin, { capture: true });
      const deadline = performance.now() + 20_000;
      const look = () => {
        if (performance.now() > deadline) reject(new Error(`${selector} did not come`));
        else if (performance.now() < begun || document.querySelector(selector) === null)
          requestAnimationFrame(look);
        // The frame after the one that found it: by then it is painted.
        else requestAnimationFrame((shown) => resolve(shown - begun));
      };
      requestAnimationFrame(look);
    });
})();
