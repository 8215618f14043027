import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ComponentType, createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test, vi } from 'vitest';
import { MaintenanceWindowInput } from '#domain/maintenance-window.ts';
import { ContactInput, PolicyInput } from '#domain/notification.ts';
import { OnCallInput } from '#domain/on-call.ts';
import { RuleInput } from '#domain/rule.ts';
import { TemplateInput, type TemplateText } from '#domain/template.ts';
import { fullDocument } from '../../../test/support/any-document.ts';
import { ApiProblem } from '../api/api-problem.ts';
import { channelsQuery } from '../api/queries.ts';
import { UnitsProvider } from '../format/units.tsx';
import { english } from '../i18n/english.ts';
import { Texts } from '../i18n/language.tsx';
import { ContactForm } from '../pages/notifications/contact-form.tsx';
import { WindowForm } from '../pages/notifications/maintenance-page.tsx';
import { OnCallForm } from '../pages/notifications/on-call-page.tsx';
import { PolicyForm } from '../pages/notifications/policy-form.tsx';
import { TemplateForm } from '../pages/notifications/template-form.tsx';
import { draftOf } from '../pages/rules/rule-draft.ts';
import { RuleForm } from '../pages/rules/rule-form.tsx';
import { FieldProblems } from './field-notes.tsx';
import { NoticesProvider } from './notices.tsx';

// What of a browser the pages ask for when they are loaded.
vi.hoisted(() => vi.stubGlobal('localStorage', { getItem: () => null }));

/** What a box is ticked for can be refused by nobody; the id of what is stored is no field. */
const NOT_REFUSED = new Set(['/id', '/enabled', '/latch', '/managed_by']);

function pointersOf(value: unknown, above = ''): string[] {
  if (typeof value !== 'object' || value === null) return [above];
  return Object.entries(value).flatMap(([name, part]) => pointersOf(part, `${above}/${name}`));
}

/** The pointers of a document whose refusal no field of the form shows. */
// biome-ignore lint/suspicious/noExplicitAny: the forms of several documents
function notShown(form: ComponentType<any>, props: object, document: unknown): string[] {
  const pointers = pointersOf(document).filter((pointer) => !NOT_REFUSED.has(pointer));
  expect(pointers.length).toBeGreaterThan(2);
  const errors = pointers.map((pointer) => ({ pointer, detail: `no: ${pointer}.` }));
  const problem = new ApiProblem({ status: 400, code: 'invalid_request', detail: '', errors });
  const queries = new QueryClient();
  queries.setQueryData(channelsQuery.queryKey, {
    items: [{ name: 'null', settings: { properties: { to: { type: 'string' } } }, secrets: [] }],
    next_cursor: null,
  });
  const layers = [
    [QueryClientProvider, { client: queries }],
    [Texts, { language: 'en', messages: english, choose() {} }],
    [UnitsProvider, {}],
    [NoticesProvider, {}],
    [FieldProblems, { problem }],
    // biome-ignore lint/suspicious/noExplicitAny: layers of several kinds
  ] as unknown as [ComponentType<any>, object][];
  const page = layers.reduceRight(
    (inner, [layer, given]) => createElement(layer, given, inner),
    createElement(form, props),
  );
  const shown = renderToStaticMarkup(page);
  return errors.filter(({ detail }) => !shown.includes(detail)).map(({ pointer }) => pointer);
}

const CHANNEL = { channel: 'null', settings: { to: 'anne' } };
/** There is a field for each language. */
const withoutLanguage = ({ language: _language, ...text }: TemplateText) => text;
const given = { id: 'x', enabled: true, created_at: '', updated_at: '', warnings: [] };
const asForm = (document: object) => ({ before: { ...document, ...given }, save() {}, close() {} });

test.each([
  { of: 'policies', form: PolicyForm, schema: PolicyInput, own: {} },
  { of: 'contacts', form: ContactForm, schema: ContactInput, own: CHANNEL },
  { of: 'rotations', form: OnCallForm, schema: OnCallInput, own: {} },
  { of: 'windows', form: WindowForm, schema: MaintenanceWindowInput, own: {} },
])('what is refused of any field of $of stands at a field of the form', ({ form, schema, own }) => {
  const document = { ...(fullDocument(schema) as object), ...own };
  expect(notShown(form, asForm(document), document)).toEqual([]);
});

test('what is refused of any field of a template stands at a field of the form', () => {
  const template = fullDocument(TemplateInput) as TemplateInput;
  const texts = template.texts.map(withoutLanguage);
  expect(notShown(TemplateForm, asForm(template), { ...template, texts })).toEqual([]);
});

test('what is refused of any field of a rule, of each kind, stands at a field of the form', () => {
  const { when, ...others } = RuleInput.properties;
  const about = fullDocument({ type: 'object', properties: others }) as object;
  const kinds = when.anyOf.map((kind) => fullDocument(kind));
  expect(kinds).toHaveLength(10);
  for (const kind of kinds) {
    const rule = { ...about, when: kind } as RuleInput;
    const props = { draft: draftOf(rule), isNew: false, change() {} };
    expect(notShown(RuleForm, props, rule)).toEqual([]);
  }
});
