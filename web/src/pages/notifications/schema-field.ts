/** What a form needs of the JSON Schema of one setting. */
export interface FieldSchema {
  type?: string;
  enum?: readonly unknown[];
  anyOf?: readonly FieldSchema[];
  description?: string;
}

export type FieldKind = 'text' | 'list' | 'number' | 'boolean' | 'choice' | 'json';

/** How a setting is asked for. One or several texts are asked for by commas; what no field can hold, as JSON. */
export function fieldKind({ type, enum: choices, anyOf }: FieldSchema): FieldKind {
  if (choices !== undefined) return 'choice';
  if (type === 'boolean') return 'boolean';
  if (type === 'integer' || type === 'number') return 'number';
  if (type === 'array') return 'list';
  if (type === 'object') return 'json';
  if (anyOf?.some((schema) => schema.type === 'array')) return 'list';
  if (anyOf?.some((schema) => schema.type === 'object')) return 'json';
  return 'text';
}

export function textOfValue(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The setting as the API takes it; undefined where nothing is typed. What does not fit is for the API to say. */
export function valueOfText(text: string, kind: FieldKind): unknown {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  if (kind === 'number') return Number(trimmed.replace(',', '.'));
  if (kind === 'json') {
    try {
      return JSON.parse(trimmed) as unknown;
    } catch {
      return text;
    }
  }
  if (kind !== 'list') return text;
  // While an entry is typed its comma stays.
  const parts = text.split(',').map((part) => part.trimStart());
  return parts.length === 1 ? text : parts;
}
