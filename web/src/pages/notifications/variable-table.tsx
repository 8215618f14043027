import { useTranslations } from 'use-intl';
import type { TemplateArgument } from '#domain/template.ts';
import { Button } from '../../ui/button.tsx';
import styles from './messages.module.css';

// In the order in which people look for them. That none is missing is checked by the types.
const ARGUMENTS = {
  headline: null,
  title: null,
  condition: null,
  kind: null,
  severity: null,
  previous: null,
  severity_code: null,
  sensor: null,
  sensor_id: null,
  location: null,
  where: null,
  metric: null,
  unit: null,
  value: null,
  limit: null,
  peak: null,
  has_value: null,
  value_number: null,
  limit_number: null,
  since: null,
  cleared: null,
  acknowledged: null,
  by: null,
  duration: null,
  instructions: null,
  rule: null,
  told_before: null,
  link: null,
  acknowledge_link: null,
} as const satisfies Record<TemplateArgument, null>;

/** What a text may name in braces, each with what it is; pressing one puts it where the reader last typed. */
export function VariableTable({ insert }: { insert(text: string): void }) {
  const t = useTranslations('messages');
  return (
    <details>
      <summary>{t('variables')}</summary>
      <p className="muted">{t('variablesExplain')}</p>
      <p>
        <code>{'{has_value, select, yes {It is at {value}.} other {It is silent.}}'}</code>
      </p>
      <dl className={styles.variables}>
        {(Object.keys(ARGUMENTS) as TemplateArgument[]).map((name) => (
          <div key={name}>
            <dt>
              <Button
                onClick={() => insert(`{${name}}`)}
                aria-label={t('insert', { name: `{${name}}` })}
              >
                <code>{`{${name}}`}</code>
              </Button>
            </dt>
            <dd>{t(`arguments.${name}`)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
