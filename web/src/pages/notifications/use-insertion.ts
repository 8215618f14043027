import { useCallback, useRef } from 'react';

export type TextElement = HTMLInputElement | HTMLTextAreaElement;

/** Puts text where the reader last stood in a field, as if it were typed there. */
export function useInsertion(): {
  /** For `onFocus` of the fields. */
  remember(element: TextElement): void;
  /** Does nothing where no field has been looked at yet. */
  insert(text: string): void;
} {
  const last = useRef<TextElement>(null);
  const remember = useCallback((element: TextElement) => {
    last.current = element;
  }, []);
  const insert = useCallback((text: string) => {
    const element = last.current;
    if (element === null || !element.isConnected) return;
    element.focus();
    const { selectionStart, selectionEnd, value } = element;
    element.setRangeText(text, selectionStart ?? value.length, selectionEnd ?? value.length, 'end');
    // React hears of it as of anything that is typed.
    element.dispatchEvent(new Event('input', { bubbles: true }));
  }, []);
  return { remember, insert };
}
