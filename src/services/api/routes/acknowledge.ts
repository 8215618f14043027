import type { FastifyReply, FastifyRequest } from 'fastify';
import { acknowledgeByLink } from '#operations/alert/acknowledge-by-link.ts';
import { type LinkAnswer, showLink } from '#operations/alert/link.ts';
import { preferredLanguage } from '#platform/accept-language.ts';
import type { ApiInstance, RouteContext } from '../api-instance.ts';
import { page } from '../docs-page/page.ts';
import { escapeHtml } from '../docs-page/schema-text.ts';
import { pageHeaders } from '../security-headers.ts';

// Tested by: test/e2e/acknowledge-link.test.ts

type LinkRequest = FastifyRequest<{ Params: { token: string } }>;

const LONGEST_FORM = 4096;
const open = { config: { isOpen: true }, schema: { hide: true } } as const;

/** The page behind the acknowledge link of a message: a look changes nothing, its one button acknowledges. */
export function acknowledgeRoutes(app: ApiInstance, { services: ctx }: RouteContext): void {
  void app.register((scope, _options, ready) => {
    // The form has no fields, in whatever type a browser says so.
    scope.removeAllContentTypeParsers();
    const read = { parseAs: 'buffer', bodyLimit: LONGEST_FORM } as const;
    scope.addContentTypeParser('*', read, (_request, _body, done) => done(null));
    scope.get('/ack/:token', open, async (request: LinkRequest, reply) =>
      answer(reply, await showLink({ ctx, input: inputOf(request) })),
    );
    scope.post('/ack/:token', open, async (request: LinkRequest, reply) => {
      const input = { ...inputOf(request), requestId: request.id };
      return answer(reply, await acknowledgeByLink({ ctx, input }));
    });
    ready();
  });
}

function inputOf({ params, headers }: LinkRequest) {
  return { token: params.token, language: preferredLanguage(headers['accept-language']) };
}

function answer(reply: FastifyReply, { status, code, page: texts }: LinkAnswer): FastifyReply {
  const { language, title, notes, rows, button } = texts;
  const parts = [
    `<h1>${escapeHtml(title)}</h1>`,
    ...notes.map((note) => `<p><strong>${escapeHtml(note)}</strong></p>`),
    ...(code === undefined ? [] : [`<p><code>${code}</code></p>`]),
  ];
  if (rows.length > 0) {
    const lines = rows.map(
      ({ label, text }) =>
        `<tr><th scope="row">${escapeHtml(label)}</th><td>${escapeHtml(text)}</td></tr>`,
    );
    parts.push(`<table>${lines.join('')}</table>`);
  }
  if (button !== undefined) {
    parts.push(
      `<form method="post"><p><button type="submit">${escapeHtml(button)}</button></p></form>`,
    );
  }
  const body = `<main>${parts.join('\n')}</main>`;
  const { html, styleHash } = page({
    language,
    title: `Vigie: ${escapeHtml(title)}`,
    body,
    root: '../',
  });
  return reply
    .code(status)
    .headers({ ...pageHeaders(styleHash), 'cache-control': 'no-store', 'x-robots-tag': 'noindex' })
    .header('content-language', language)
    .send(html);
}
