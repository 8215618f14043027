import { expect, test } from 'vitest';
import { MaintenanceWindowInput } from '#domain/maintenance-window.ts';
import { ContactInput, PolicyInput } from '#domain/notification.ts';
import { OnCallInput } from '#domain/on-call.ts';
import { RuleInput } from '#domain/rule.ts';
import { TemplateInput } from '#domain/template.ts';
import { fullDocument } from '../../../test/support/any-document.ts';
import { english } from '../i18n/english.ts';
import { french } from '../i18n/french.ts';
import { fieldLabel, isShownByParts } from './field-labels.ts';

/** Where each value stands, without the numbers of lists. */
function pointersOf(value: unknown, above = ''): string[] {
  if (typeof value !== 'object' || value === null) return [above];
  const isList = Array.isArray(value);
  return Object.entries(value).flatMap(([name, part]) =>
    pointersOf(part, isList ? above : `${above}/${name}`),
  );
}

const { when, ...others } = RuleInput.properties;
const about = fullDocument({ type: 'object', properties: others }) as object;
const ruleDocuments = when.anyOf.map((kind) => ({ ...about, when: fullDocument(kind) }));

const textAt = (texts: unknown, key: string) =>
  key.split('.').reduce((part, name) => (part as Record<string, unknown>)?.[name], texts);

test.each([
  ['rule', ruleDocuments],
  ['contact', [{ ...(fullDocument(ContactInput) as object), settings: 'of the channel' }]],
  ['policy', [fullDocument(PolicyInput)]],
  ['on-call', [fullDocument(OnCallInput)]],
  ['maintenance-window', [fullDocument(MaintenanceWindowInput)]],
  ['template', [fullDocument(TemplateInput)]],
] as const)(
  'every field of a %s has the label of its form, in both languages, and is reached',
  (kind, documents) => {
    const pointers = [...new Set(documents.flatMap((document) => pointersOf(document)))]
      .map((pointer) => pointer.replace(/\/labels\/site$/, '/labels'))
      .filter((pointer) => pointer !== '/id');
    expect(pointers.length).toBeGreaterThan(6);
    for (const pointer of pointers) {
      const key = fieldLabel(kind, pointer);
      for (const texts of [english, french])
        expect([pointer, typeof textAt(texts, key ?? '')]).toEqual([pointer, 'string']);
      // What is above it is shown by its parts, or has a label itself.
      const [, top] = pointer.split('/');
      expect([
        top,
        isShownByParts(kind, `/${top}`) || fieldLabel(kind, `/${top}`) !== undefined,
      ]).toEqual([top, true]);
    }
  },
);
