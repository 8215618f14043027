import { useTranslations } from 'use-intl';
import type { ContactInput } from '#domain/notification.ts';
import { changed } from '../../format/change-document.ts';
import type { UnitChoice } from '../../format/unit-choice.ts';
import { UnitChoices } from '../../ui/unit-choices.tsx';

type Units = ContactInput['units'];

interface UnitFieldsProps {
  units: Units;
  onChange(units: Units): void;
}

/** In which units a contact reads values: as they are measured, those of a system, and others one by one. */
export function UnitFields({ units, onChange }: UnitFieldsProps) {
  const t = useTranslations('notifications');
  const choice: UnitChoice = typeof units === 'string' ? { system: units } : (units ?? {});
  return (
    <div>
      <UnitChoices
        label={t('units')}
        choice={choice}
        pointer="/units"
        onChange={(part, value) =>
          onChange(shortest(changed(choice, { [part]: value === '' ? undefined : value })))
        }
      />
    </div>
  );
}

/** `"us"` says the same as `{"system": "us"}`, and nothing the same as `{}`. */
function shortest(choice: UnitChoice): Units {
  const names = Object.keys(choice);
  if (names.length === 0) return undefined;
  return names.length === 1 && choice.system !== undefined ? choice.system : choice;
}
