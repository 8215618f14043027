// Tested by: docs-page.test.ts

export interface Schema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: Schema[];
  items?: Schema | false;
  prefixItems?: Schema[];
  properties?: Record<string, Schema>;
  patternProperties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  description?: string;
  format?: string;
}

export function escapeHtml(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;');
}

/** `code` between backticks, paragraphs at empty lines; everything else is text. */
export function proseHtml(text: string): string {
  return text
    .split(/\n\n+/)
    .map((part) => `<p>${escapeHtml(part).replace(/`([^`]+)`/g, '<code>$1</code>')}</p>`)
    .join('');
}

/** A schema as people write types, in HTML; named ones are links to their place on the page. */
export function schemaHtml(schema: Schema, indent = ''): string {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1) ?? '';
    return `<a href="#schema-${name}">${escapeHtml(name)}</a>`;
  }
  if (schema.const !== undefined) return escapeHtml(JSON.stringify(schema.const));
  if (schema.enum) return schema.enum.map((value) => escapeHtml(JSON.stringify(value))).join(' | ');
  if (schema.anyOf) return schema.anyOf.map((one) => schemaHtml(one, indent)).join(' | ');
  if (schema.prefixItems) {
    return `[${schema.prefixItems.map((one) => schemaHtml(one, indent)).join(', ')}]`;
  }
  if (schema.type === 'array') {
    const item = schemaHtml(schema.items || {}, indent);
    return item.includes(' | ') ? `(${item})[]` : `${item}[]`;
  }
  if (schema.type === 'object') return objectHtml(schema, indent);
  if (schema.format !== undefined) return escapeHtml(schema.format);
  return escapeHtml([schema.type ?? 'any'].flat().join(' | '));
}

function objectHtml(schema: Schema, indent: string): string {
  const { properties, patternProperties, additionalProperties, required = [] } = schema;
  const inner = `${indent}  `;
  const lines = Object.entries(properties ?? {}).map(([name, property]) => {
    const mark = required.includes(name) ? '' : '?';
    const note = property.description
      ? ` <i>${escapeHtml(property.description).replace(/`/g, '')}</i>`
      : '';
    return `${inner}${escapeHtml(name)}${mark}: ${schemaHtml(property, inner)}${note}`;
  });
  const others =
    Object.values(patternProperties ?? {})[0] ??
    (typeof additionalProperties === 'object' ? additionalProperties : undefined);
  if (others) lines.push(`${inner}[name]: ${schemaHtml(others, inner)}`);
  return lines.length === 0 ? 'object' : `{\n${lines.join('\n')}\n${indent}}`;
}
