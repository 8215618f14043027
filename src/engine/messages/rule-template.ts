/** What a rule's `message` and `instructions` may name in braces. */
const TEMPLATE_FIELDS = [
  'value',
  'limit',
  'sensor',
  'location',
  'unit',
  'metric',
  'severity',
  'since',
] as const;
type TemplateField = (typeof TEMPLATE_FIELDS)[number];
/** `value` and `limit` are bare numbers: a text that wants the unit says `{value} {unit}`. */
export type TemplateValues = Readonly<Record<TemplateField, string>>;

const PLACEHOLDER = new RegExp(`\\{(${TEMPLATE_FIELDS.join('|')})\\}`, 'g');

/**
 * Fills the fields above into a text of the rule's author. Any other brace stays as it is, and what a
 * value brings in is not read again.
 */
export function fillTemplate(template: string, values: TemplateValues): string {
  return template.replace(PLACEHOLDER, (_, name: TemplateField) => values[name]);
}
