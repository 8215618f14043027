import { type InputHTMLAttributes, useEffect, useRef, useState } from 'react';

/** Keys that follow each other faster are gathered: the list is asked for with the first and after the last. */
const PAUSE_MS = 80;

interface PausedInputProps
  extends Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'onPause'> {
  value: string;
  onPause(value: string): void;
}

/**
 * Tells a first key, or what was pasted, at once, and what is typed on when the typing rests; follows the address
 * where that changes otherwise.
 */
export function PausedInput({ value, onPause, ...rest }: PausedInputProps) {
  const [text, setText] = useState(value);
  /** Told, and not in the address yet: when they come back from there, the reader may have typed on. */
  const told = useRef<string[]>([]);
  const latest = useRef(onPause);
  latest.current = onPause;
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const changedMs = useRef(Number.NEGATIVE_INFINITY);
  useEffect(() => {
    const at = told.current.indexOf(value);
    if (at === -1) setText(value);
    told.current.splice(0, at + 1);
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const change = (typed: string) => {
    setText(typed);
    clearTimeout(timer.current);
    const tell = () => {
      told.current.push(typed);
      latest.current(typed);
    };
    const nowMs = performance.now();
    if (nowMs - changedMs.current > PAUSE_MS) tell();
    else timer.current = setTimeout(tell, PAUSE_MS);
    changedMs.current = nowMs;
  };
  return <input {...rest} value={text} onChange={({ target }) => change(target.value)} />;
}
