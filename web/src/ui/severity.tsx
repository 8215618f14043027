import { Info, OctagonAlert, TriangleAlert } from 'lucide-react';
import { useTranslations } from 'use-intl';
import type { Severity as SeverityName } from '#domain/rule.ts';
import styles from './severity.module.css';

const ICONS = { info: Info, warning: TriangleAlert, critical: OctagonAlert } as const;

/** Shape, word and colour together: never colour alone (WCAG 1.4.1). */
export function Severity({
  severity,
  isActive = true,
}: {
  severity: SeverityName;
  isActive?: boolean;
}) {
  const t = useTranslations('words.severity');
  const Icon = ICONS[severity];
  return (
    <span className={`${styles.severity} ${isActive ? styles[severity] : ''}`}>
      <Icon size={16} aria-hidden />
      {t(severity)}
    </span>
  );
}
