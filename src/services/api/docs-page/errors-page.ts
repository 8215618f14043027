import { ERRORS } from '#domain/errors.ts';
import type { Language } from '#domain/language.ts';
import { type Page, page } from './page.ts';
import { escapeHtml } from './schema-text.ts';

// Tested by: docs-page.test.ts

const TEXTS = {
  en: {
    title: 'Vigie: errors',
    heading: 'Errors',
    intro:
      'Every error is a problem document (RFC 9457) with a stable <code>code</code>. A <code>503</code> and a <code>429</code> say in <code>Retry-After</code> when to try again; nothing of a request that was answered so has been taken.',
    columns: ['Code', 'Status', 'Meaning'],
    back: 'API documentation',
  },
  fr: {
    title: 'Vigie : erreurs',
    heading: 'Erreurs',
    intro:
      'Toute erreur est un document « problem » (RFC 9457) portant un <code>code</code> stable. Un <code>503</code> et un <code>429</code> disent dans <code>Retry-After</code> quand réessayer ; rien d’une requête ainsi refusée n’a été pris.',
    columns: ['Code', 'Statut', 'Signification'],
    back: 'Documentation de l’API',
  },
} as const;

export function errorsTable(language: Language): string {
  const head = TEXTS[language].columns.map((column) => `<th scope="col">${column}</th>`).join('');
  const rows = Object.entries(ERRORS).map(
    ([code, [status, en, fr]]) =>
      `<tr id="${code}"><td><code>${code}</code></td><td>${status}</td><td>${escapeHtml(language === 'fr' ? fr : en)}</td></tr>`,
  );
  return `<p>${TEXTS[language].intro}</p><table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

/** Where the `type` of a problem leads. */
export function errorsPage(language: Language): Page {
  const texts = TEXTS[language];
  const main = `<main><h1>${texts.heading}</h1><p><a href="../docs">${texts.back}</a></p>${errorsTable(language)}</main>`;
  return page({ language, title: texts.title, body: main, root: '../' });
}
