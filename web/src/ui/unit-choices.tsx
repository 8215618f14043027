import { useTranslations } from 'use-intl';
import { QUANTITIES, type Quantity } from '#domain/unit-table.ts';
import { unitText } from '#engine/messages/unit-text.ts';
import { UNITS_OF, type UnitChoice } from '../format/unit-choice.ts';
import { ChoiceField } from './choice-field.tsx';
import styles from './unit-choices.module.css';

interface UnitChoicesProps {
  label: string;
  choice: UnitChoice;
  /** Where the document has it (RFC 6901). */
  pointer?: string | undefined;
  /** `''` = as the rest says, or as it is sent. */
  onChange(part: 'system' | Quantity, value: string): void;
}

/** In which units somebody reads: those of a system, and others one by one. */
export function UnitChoices({ label, choice, pointer, onChange }: UnitChoicesProps) {
  const t = useTranslations('settings.units');
  const isOneByOne = QUANTITIES.some((quantity) => choice[quantity] !== undefined);
  const pointerOf = (name: string) => (pointer === undefined ? undefined : `${pointer}/${name}`);
  return (
    <>
      <div className={styles.line}>
        <ChoiceField
          label={label}
          value={choice.system ?? ''}
          choices={[
            ['', t('asSent')],
            ['metric', t('metric')],
            ['us', t('us')],
          ]}
          pointer={pointerOf('system')}
          onChange={(system) => onChange('system', system)}
        />
      </div>
      <details className={styles.more} open={isOneByOne}>
        <summary>{t('oneByOne')}</summary>
        <div className={styles.choices}>
          {QUANTITIES.map((quantity) => (
            <ChoiceField
              key={quantity}
              label={t(`quantity.${quantity}`)}
              value={choice[quantity] ?? ''}
              choices={[
                ['', t('asAbove')],
                ...UNITS_OF[quantity].map((code) => [code, named(code)] as const),
              ]}
              pointer={pointerOf(quantity)}
              onChange={(code) => onChange(quantity, code)}
            />
          ))}
        </div>
      </details>
    </>
  );

  /** As values are written; two gallons are written alike. */
  function named(code: string): string {
    if (code === '[gal_us]') return t('usGallon');
    return code === '[gal_br]' ? t('britishGallon') : unitText(code);
  }
}
