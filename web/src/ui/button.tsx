import type { ButtonHTMLAttributes } from 'react';
import styles from './button.module.css';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `primary`: the one thing that the page or dialog is for; `plain`: an icon or a word among others. */
  kind?: 'primary' | 'secondary' | 'plain' | 'danger';
}

export function Button({ kind = 'secondary', type = 'button', className, ...rest }: ButtonProps) {
  const names = [styles.button, styles[kind], className].filter(Boolean).join(' ');
  return <button type={type} className={names} {...rest} />;
}
