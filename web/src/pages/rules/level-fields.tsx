import { Plus, Trash2 } from 'lucide-react';
import { useTranslations } from 'use-intl';
import { Button } from '../../ui/button.tsx';
import { ChoiceField } from '../../ui/choice-field.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { EMPTY_LEVEL, type LevelDraft } from './rule-draft.ts';
import type { RuleFieldsProps } from './rule-form.tsx';
import styles from './rules.module.css';
import { useUnitHint } from './use-unit-hint.ts';

const MOST_LEVELS = 8;

/** One limit or range for each severity that it should have. */
export function LevelFields({ draft, change }: RuleFieldsProps) {
  const t = useTranslations('rules.form');
  const words = useTranslations('words.severity');
  const hint = useUnitHint(draft);
  const { levels, kind } = draft;
  const set = (at: number, part: Partial<LevelDraft>) =>
    change({
      levels: levels.map((level, index) => (index === at ? { ...level, ...part } : level)),
    });
  return (
    <>
      {levels.map((level, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: levels have no name of their own; their order is what tells them apart
        <div key={at} className={styles.line}>
          {kind === 'outside' ? (
            <>
              <TextField
                label={t('lowest')}
                pointer={`/when/outside/${at}/range`}
                hint={hint(level.from, 'limit')}
                inputMode="decimal"
                value={level.from}
                onChange={(from) => set(at, { from })}
              />
              <TextField
                label={t('highest')}
                pointer={`/when/outside/${at}/range/1`}
                hint={hint(level.to, 'limit')}
                inputMode="decimal"
                value={level.to}
                onChange={(to) => set(at, { to })}
              />
            </>
          ) : (
            <TextField
              label={t('limit')}
              pointer={`/when/${kind}/${at}/limit`}
              hint={hint(level.limit, 'limit')}
              inputMode="decimal"
              value={level.limit}
              onChange={(limit) => set(at, { limit })}
            />
          )}
          <ChoiceField
            label={t('severity')}
            pointer={`/when/${kind}/${at}/severity`}
            value={level.severity}
            choices={[
              ['', t('ofRule')],
              ['info', words('info')],
              ['warning', words('warning')],
              ['critical', words('critical')],
            ]}
            onChange={(severity) => set(at, { severity })}
          />
          {levels.length > 1 && (
            <Button
              aria-label={t('removeLevel')}
              onClick={() => change({ levels: levels.filter((_, index) => index !== at) })}
            >
              <Trash2 size={16} aria-hidden />
            </Button>
          )}
        </div>
      ))}
      {levels.length < MOST_LEVELS && (
        <div>
          <Button onClick={() => change({ levels: [...levels, EMPTY_LEVEL] })}>
            <Plus size={16} aria-hidden /> {t('addLevel')}
          </Button>
        </div>
      )}
    </>
  );
}
