import { useQuery } from '@tanstack/react-query';
import { Trash2 } from 'lucide-react';
import { useTranslations } from 'use-intl';
import type { Language } from '#domain/language.ts';
import { MESSAGE_KINDS, type MessageKind } from '#domain/message-kinds.ts';
import type { TemplatePart, TemplateText } from '#domain/template.ts';
import { channelsQuery } from '../../api/queries.ts';
import { Button } from '../../ui/button.tsx';
import { CheckBoxes } from '../../ui/check-boxes.tsx';
import { ChoiceField } from '../../ui/choice-field.tsx';
import { useNotices } from '../../ui/notices.tsx';
import { TextArea, TextField } from '../../ui/text-field.tsx';
import styles from './messages.module.css';
import { PARTS, type TextGroup, type TextScope, wordsAt } from './text-groups.ts';
import type { TextElement } from './use-insertion.ts';
import { useScopeText } from './use-scope-text.ts';

const LANGUAGES = ['en', 'fr'] as const satisfies readonly Language[];
/** What somebody who has never seen a template may begin with. */
const EXAMPLES: Record<TemplatePart, string> = {
  subject: '{severity}: {title}',
  text: '{headline}\n{has_value, select, yes {{value} ({limit})} other {}}\n\n{instructions}',
  short: '{sensor} {value}',
};

interface PlaceInGroup {
  language: Language;
  part: TemplatePart;
}

interface TextGroupFieldsProps {
  number: number;
  group: TextGroup;
  texts: readonly TemplateText[];
  /** Where a text is among those that are sent, for pointers. */
  placeOf(place: number | undefined): number | undefined;
  remember(element: TextElement): void;
  onWords(place: PlaceInGroup, words: string): void;
  onScope(scope: TextScope): void;
  remove(): void;
}

/** The words for some channels and events, in both languages side by side. */
export function TextGroupFields(props: TextGroupFieldsProps) {
  const { number, group, texts, placeOf, onScope, remove } = props;
  const t = useTranslations('messages');
  const scopeText = useScopeText();
  const [first] = Object.values(group.at)
    .map(placeOf)
    .filter((place) => place !== undefined);
  return (
    <fieldset>
      <legend>{t('group', { number, scope: scopeText(group) })}</legend>
      <details>
        <summary>{t('forWhat')}</summary>
        <ScopeFields scope={group} pointer={`/texts/${first ?? '-'}`} onScope={onScope} />
      </details>
      <div className={styles.languages}>
        {LANGUAGES.map((language) => (
          <LanguageFields {...props} key={language} language={language} />
        ))}
      </div>
      {groupIsNotAlone(texts, group) && (
        <div>
          <Button onClick={remove}>
            <Trash2 size={16} aria-hidden /> {t('removeGroup', { number })}
          </Button>
        </div>
      )}
    </fieldset>
  );
}

const groupIsNotAlone = (texts: readonly TemplateText[], { at }: TextGroup) =>
  texts.length > Object.keys(at).length;

function LanguageFields(props: TextGroupFieldsProps & { language: Language }) {
  const { group, texts, placeOf, remember, onWords, language } = props;
  const t = useTranslations('messages');
  const { done } = useNotices();
  const place = placeOf(group.at[language]);
  return (
    <div className={styles.language}>
      {PARTS.map((part) => {
        const words = wordsAt(texts, { group, language, part });
        const Field = part === 'text' ? TextArea : TextField;
        const label = t(`parts.${part}`, { language });
        return (
          <div key={part} className={styles.part}>
            <Field
              label={label}
              lang={language}
              placeholder={EXAMPLES[part]}
              pointer={place === undefined ? undefined : `/texts/${place}/${part}`}
              value={words}
              onFocus={({ currentTarget }) => remember(currentTarget)}
              onChange={(after) => onWords({ language, part }, after)}
            />
            {words !== '' && (
              <Button
                aria-label={t('usualAgainOf', { part: label })}
                onClick={() => {
                  onWords({ language, part }, '');
                  done(t('isUsual', { part: label }), () => onWords({ language, part }, words));
                }}
              >
                {t('usualAgain')}
              </Button>
            )}
          </div>
        );
      })}
    </div>
  );
}

interface ScopeFieldsProps {
  scope: TextScope;
  pointer: string;
  onScope(scope: TextScope): void;
}

function ScopeFields({ scope: { channels, on }, pointer, onScope }: ScopeFieldsProps) {
  const t = useTranslations('messages');
  const { data } = useQuery(channelsQuery);
  const names = (data?.items ?? []).map(({ name }) => [name, name] as const);
  const choices = [
    ['all', t('all')],
    ['some', t('some')],
  ] as const;
  return (
    <div className={styles.scope}>
      <ChoiceField
        label={t('channels')}
        value={channels === undefined ? 'all' : 'some'}
        choices={choices}
        onChange={(which) => onScope({ on, channels: which === 'all' ? undefined : ['email'] })}
      />
      {channels !== undefined && (
        <CheckBoxes
          legend={t('channels')}
          choices={names}
          chosen={channels}
          pointer={`${pointer}/channels`}
          onChange={(chosen) => onScope({ on, channels: chosen })}
        />
      )}
      <ChoiceField
        label={t('events')}
        value={on === undefined ? 'all' : 'some'}
        choices={choices}
        onChange={(which) => onScope({ channels, on: which === 'all' ? undefined : ['raised'] })}
      />
      {on !== undefined && (
        <CheckBoxes<MessageKind>
          legend={t('events')}
          choices={MESSAGE_KINDS.map((kind) => [kind, t(`kinds.${kind}`)] as const)}
          chosen={on}
          pointer={`${pointer}/on`}
          onChange={(chosen) => onScope({ channels, on: chosen })}
        />
      )}
    </div>
  );
}
