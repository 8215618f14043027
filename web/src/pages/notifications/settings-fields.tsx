import { useLocale, useTranslations } from 'use-intl';
import type { ChannelView } from '#domain/channel.ts';
import { ChoiceField } from '../../ui/choice-field.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { type FieldSchema, fieldKind, textOfValue, valueOfText } from './schema-field.ts';

interface SettingsFieldsProps {
  channel: ChannelView;
  settings: Readonly<Record<string, unknown>>;
  onChange(settings: Record<string, unknown>): void;
}

/** One field for each setting of the channel, as its JSON Schema says. */
export function SettingsFields({ channel, settings, onChange }: SettingsFieldsProps) {
  const t = useTranslations('notifications');
  const { properties = {}, required = [] } = channel.settings as {
    properties?: Record<string, FieldSchema>;
    required?: string[];
  };
  const set = (name: string, value: unknown) => {
    const { [name]: _before, ...others } = settings;
    onChange(value === undefined ? others : { ...others, [name]: value });
  };
  return (
    <fieldset>
      <legend>{t('settings')}</legend>
      {Object.entries(properties).map(([name, schema]) => (
        <SettingField
          key={name}
          name={name}
          schema={schema}
          isRequired={required.includes(name)}
          isSecret={channel.secrets.includes(name)}
          value={settings[name]}
          pointer={`/settings/${name}`}
          onChange={(value) => set(name, value)}
        />
      ))}
      <p className="muted">{t('settingsHint')}</p>
    </fieldset>
  );
}

interface SettingFieldProps {
  name: string;
  schema: FieldSchema;
  isRequired: boolean;
  isSecret: boolean;
  value: unknown;
  pointer: string;
  onChange(value: unknown): void;
}

function SettingField(props: SettingFieldProps) {
  const { name, schema, isRequired, isSecret, value, pointer, onChange } = props;
  const t = useTranslations('notifications');
  const locale = useLocale();
  const kind = fieldKind(schema);
  const label = isRequired ? name : t('optional', { name });
  if (kind === 'boolean') {
    return (
      <label>
        <input
          type="checkbox"
          checked={value === true}
          onChange={({ target }) => onChange(target.checked)}
        />{' '}
        {label}
      </label>
    );
  }
  if (kind === 'choice') {
    const choices = (schema.enum ?? []).map((choice) => [String(choice), String(choice)] as const);
    return (
      <ChoiceField
        label={label}
        value={typeof value === 'string' ? value : ''}
        choices={[['', '–'], ...choices]}
        pointer={pointer}
        onChange={(choice) => onChange(choice === '' ? undefined : choice)}
      />
    );
  }
  // The schema's own words are English; a reader of French has the guide of the channels.
  const hint = locale === 'en' ? schema.description : undefined;
  return (
    <TextField
      label={label}
      {...(hint === undefined ? {} : { hint })}
      type={isSecret ? 'password' : 'text'}
      autoComplete="off"
      required={isRequired}
      value={textOfValue(value)}
      pointer={pointer}
      onChange={(text) => onChange(valueOfText(text, kind))}
    />
  );
}
