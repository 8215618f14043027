import { useTranslations } from 'use-intl';
import { choiceWith } from '../../format/unit-choice.ts';
import { useUnits } from '../../format/units.tsx';
import { UnitChoices } from '../../ui/unit-choices.tsx';
import styles from './settings.module.css';

/** In which units this browser shows values; remembered here and nowhere else. */
export function UnitsSection() {
  const t = useTranslations('settings.units');
  const { choice, choose } = useUnits();
  return (
    <section className={styles.section} aria-labelledby="units">
      <h2 id="units">{t('title')}</h2>
      <p className="muted">{t('explain')}</p>
      <UnitChoices
        label={t('system')}
        choice={choice}
        onChange={(part, value) => choose(choiceWith(choice, part, value))}
      />
    </section>
  );
}
