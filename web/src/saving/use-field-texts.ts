import { useTranslations } from 'use-intl';
import { SEVERITIES } from '#domain/rule.ts';
import { useFormats } from '../format/use-formats.ts';
import { fieldLabel } from './field-labels.ts';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

export interface FieldTexts {
  /** As the form of this kind calls what stands at a pointer; the API's name where it has no word for it. */
  label(pointer: string): string;
  /** What stands there, in the words of the form. */
  value(pointer: string, value: unknown): string;
}

/** The fields of a document in words, for who has never seen the API. */
export function useFieldTexts(kind: string): FieldTexts {
  const t = useTranslations();
  const formats = useFormats();
  const label = (pointer: string) => {
    const key = fieldLabel(kind, pointer);
    return key === undefined
      ? (pointer.split('/').at(-1) ?? '')
      : (t as (key: string) => string)(key);
  };
  const word = (pointer: string, text: string) => {
    const severity = SEVERITIES.find((name) => name === text);
    if (severity !== undefined && /(severity|except)$/.test(pointer))
      return t(`words.severity.${severity}`);
    const day = DAYS.find((name) => name === text);
    if (day !== undefined && pointer.endsWith('/days')) return t(`words.day.${day}`);
    return MOMENT.test(text) && !Number.isNaN(Date.parse(text)) ? formats.moment(text) : text;
  };
  const value = (pointer: string, it: unknown): string => {
    if (it === undefined || it === null) return '–';
    if (typeof it === 'boolean') return t(it ? 'rules.on' : 'rules.off');
    if (typeof it === 'number') return String(it);
    if (typeof it === 'string') return word(pointer, it);
    if (Array.isArray(it)) {
      const separator = it.some((item) => typeof item === 'object') ? '; ' : ', ';
      return it.map((item) => value(pointer, item)).join(separator) || '–';
    }
    return Object.entries(it)
      .map(([name, part]) => {
        const at = `${pointer}/${name}`;
        return t('words.meanwhile.part', { label: label(at), value: value(at, part) });
      })
      .join(' · ');
  };
  return { label, value };
}
