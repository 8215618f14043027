import { useTranslations } from 'use-intl';
import { QUANTITIES } from '#domain/unit-table.ts';
import { unitText } from '#engine/messages/unit-text.ts';
import { choiceWith, UNITS_OF } from '../../format/unit-choice.ts';
import { useUnits } from '../../format/units.tsx';
import { ChoiceField } from '../../ui/choice-field.tsx';
import styles from './settings.module.css';

/** In which units this browser shows values; remembered here and nowhere else. */
export function UnitsSection() {
  const t = useTranslations('settings.units');
  const { choice, choose } = useUnits();
  const isOneByOne = QUANTITIES.some((quantity) => choice[quantity] !== undefined);
  return (
    <section className={styles.section} aria-labelledby="units">
      <h2 id="units">{t('title')}</h2>
      <p className="muted">{t('explain')}</p>
      <div className={styles.line}>
        <ChoiceField
          label={t('system')}
          value={choice.system ?? ''}
          choices={[
            ['', t('asSent')],
            ['metric', t('metric')],
            ['us', t('us')],
          ]}
          onChange={(system) => choose(choiceWith(choice, 'system', system))}
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
              onChange={(code) => choose(choiceWith(choice, quantity, code))}
            />
          ))}
        </div>
      </details>
    </section>
  );

  /** As values are written; two gallons are written alike. */
  function named(code: string): string {
    if (code === '[gal_us]') return t('usGallon');
    return code === '[gal_br]' ? t('britishGallon') : unitText(code);
  }
}
