import type { OpenApiDocument } from '../openapi/document.ts';
import { errorsTable } from './errors-page.ts';
import { type Page, page } from './page.ts';
import { escapeHtml, proseHtml, type Schema, schemaHtml } from './schema-text.ts';

interface Operation {
  operationId: string;
  tags?: string[];
  summary?: string;
  description?: string;
  parameters?: {
    name: string;
    in: string;
    required?: boolean;
    description?: string;
    schema: Schema;
  }[];
  requestBody?: { content: Record<string, { schema: Schema; example?: unknown }> };
  responses: Record<string, { description?: string; content?: Record<string, { schema: Schema }> }>;
}

/** The readable form of the OpenAPI document: one page, made on the server, that works without scripts. */
export function docsPage(document: OpenApiDocument): Page {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item ?? {}).map(([method, operation]) => ({
      path,
      method,
      operation: operation as unknown as Operation,
    })),
  );
  const tags = document.tags ?? [];
  const anchor = (name: string) => `tag-${name.toLowerCase()}`;
  const links = [
    ...tags.map(({ name }) => `<a href="#${anchor(name)}">${name}</a>`),
    '<a href="#schemas">Schemas</a>',
    '<a href="#errors">Errors</a>',
    '<a href="openapi.json">openapi.json</a>',
  ];
  const sections = tags.map(({ name, description }) => {
    const own = operations.filter(({ operation }) => operation.tags?.includes(name));
    return `<section><h2 id="${anchor(name)}">${name}</h2><p>${escapeHtml(description ?? '')}.</p>${own.map(operationHtml).join('')}</section>`;
  });
  const schemas = Object.entries(document.components?.schemas ?? {}).map(
    ([name, schema]) =>
      `<details id="schema-${name}"><summary><h3><code>${name}</code></h3></summary><div><pre>${schemaHtml(schema as Schema)}</pre></div></details>`,
  );
  const body = `<nav aria-label="Contents">${links.join('')}</nav><main>
<h1>Vigie API <small>${escapeHtml(document.info.version)}</small></h1>${proseHtml(document.info.description ?? '')}
<p>Send <code>Authorization: Bearer &lt;key&gt;</code>; a browser that is signed in sends its session cookie. Over MQTT, publish to <code>v1/sensors/{sensor_id}/readings</code> with QoS 1 (username <code>key</code>, the key as password): the PUBACK follows the commit.</p>
${sections.join('\n')}
<section><h2 id="schemas">Schemas</h2>${schemas.join('')}</section>
<section><h2 id="errors">Errors</h2>${errorsTable('en')}</section></main>`;
  return page({ language: 'en', title: 'Vigie API', body, root: '' });
}

function operationHtml(entry: { path: string; method: string; operation: Operation }): string {
  const { path, method, operation } = entry;
  const parts = [proseHtml(operation.description ?? '')];
  if (operation.parameters?.length) {
    const rows = operation.parameters.map(
      (one) =>
        `<tr><td><code>${escapeHtml(one.name)}</code></td><td>${one.in}${one.required ? ', required' : ''}</td><td><code>${schemaHtml(one.schema)}</code> ${escapeHtml(one.description ?? one.schema.description ?? '')}</td></tr>`,
    );
    parts.push(
      `<table><thead><tr><th scope="col">Parameter</th><th scope="col">In</th><th scope="col">Is</th></tr></thead><tbody>${rows.join('')}</tbody></table>`,
    );
  }
  for (const [type, { schema, example }] of Object.entries(operation.requestBody?.content ?? {})) {
    const shown =
      typeof example === 'string' ? escapeHtml(example) : `${schemaHtml(schema)}${noteOf(schema)}`;
    parts.push(`<p>Body, <code>${type}</code></p><pre>${shown}</pre>`);
  }
  for (const [status, { description, content }] of Object.entries(operation.responses)) {
    const [[type, media] = []] = Object.entries(content ?? {});
    const shape = media ? `<pre>${schemaHtml(media.schema)}</pre>` : '';
    const kind = type ? `, <code>${type}</code>` : '';
    const title = status === 'default' ? 'Otherwise' : status;
    parts.push(`<p>${title}${kind}: ${escapeHtml(description ?? '')}</p>${shape}`);
  }
  return `<details id="${operation.operationId}"><summary><h3><span class="m">${method.toUpperCase()}</span> <code>${escapeHtml(path)}</code> ${escapeHtml(operation.summary ?? '')}</h3></summary><div>${parts.join('')}</div></details>`;
}

const noteOf = (schema: Schema): string =>
  schema.description ? ` <i>${escapeHtml(schema.description)}</i>` : '';
