import { createContext, type ReactNode, useCallback, useContext, useEffect, useState } from 'react';
import { choiceOfText, type UnitChoice } from './unit-choice.ts';

const REMEMBERED = 'vigie.units';

interface Units {
  choice: UnitChoice;
  choose(choice: UnitChoice): void;
}
const UnitsContext = createContext<Units | undefined>(undefined);

/** The reader's units, remembered in this browser; a link that is sent to somebody else shows them theirs. */
export function UnitsProvider({ children }: { children: ReactNode }) {
  const [choice, show] = useState(() => choiceOfText(localStorage.getItem(REMEMBERED)));
  const choose = useCallback((next: UnitChoice) => {
    localStorage.setItem(REMEMBERED, JSON.stringify(next));
    show(next);
  }, []);
  useEffect(() => {
    // Chosen in another tab: two tabs beside each other must not show one value in two units.
    const follow = ({ key, newValue }: StorageEvent) => {
      if (key === REMEMBERED) show(choiceOfText(newValue));
    };
    addEventListener('storage', follow);
    return () => removeEventListener('storage', follow);
  }, []);
  return <UnitsContext value={{ choice, choose }}>{children}</UnitsContext>;
}

export function useUnits(): Units {
  const units = useContext(UnitsContext);
  if (units === undefined) throw new Error('useUnits needs UnitsProvider above it');
  return units;
}
