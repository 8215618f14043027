import { type ReactNode, useEffect } from 'react';
import styles from './page-header.module.css';

/** The one h1 of a page, its title in the browser's tab, and what can be done there. */
export function PageHeader({ title, children }: { title: string; children?: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Vigie`;
  }, [title]);
  return (
    <header className={styles.header}>
      <h1>{title}</h1>
      <div className={styles.actions}>{children}</div>
    </header>
  );
}
