import { useEffect, useState } from 'react';

const STEP_MS = 1000;

/** The time, moving on by the second while `isMoving`; stands still otherwise, and while nobody looks at the page. */
export function useNow(isMoving: boolean): number {
  const [nowMs, setNow] = useState(Date.now);
  useEffect(() => {
    if (!isMoving) return;
    const timer = setInterval(() => {
      if (!document.hidden) setNow(Date.now());
    }, STEP_MS);
    return () => clearInterval(timer);
  }, [isMoving]);
  return nowMs;
}
