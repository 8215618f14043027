import { useEffect, useState } from 'react';

export type Theme = 'system' | 'light' | 'dark';
const REMEMBERED = 'vigie.theme';
const darkDevice = matchMedia('(prefers-color-scheme: dark)');

function remembered(): Theme {
  const theme = localStorage.getItem(REMEMBERED);
  return theme === 'light' || theme === 'dark' ? theme : 'system';
}

function apply(theme: Theme): void {
  const shown = theme === 'system' ? (darkDevice.matches ? 'dark' : 'light') : theme;
  document.documentElement.dataset.theme = shown;
}
apply(remembered());
darkDevice.addEventListener('change', () => apply(remembered()));

/** Light, dark, or as the device says; remembered in this browser. */
export function useTheme(): { theme: Theme; choose(theme: Theme): void } {
  const [theme, choose] = useState(remembered);
  useEffect(() => {
    localStorage.setItem(REMEMBERED, theme);
    apply(theme);
  }, [theme]);
  return { theme, choose };
}
