import { Monitor, Moon, Sun } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { Button } from '../ui/button.tsx';
import { type Theme, useTheme } from '../ui/theme.ts';

const NEXT = { system: 'light', light: 'dark', dark: 'system' } as const satisfies Record<
  Theme,
  Theme
>;
const ICONS = { system: Monitor, light: Sun, dark: Moon } as const;

export function ThemeChoice() {
  const t = useTranslations('shell');
  const { theme, choose } = useTheme();
  const Icon = ICONS[theme];
  const label = `${t('theme')}: ${t(theme)}`;
  return (
    <Button kind="plain" aria-label={label} title={label} onClick={() => choose(NEXT[theme])}>
      <Icon size={18} aria-hidden />
    </Button>
  );
}
