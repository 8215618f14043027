import type { FastifyReply, FastifyRequest } from 'fastify';
import { VigieError } from '#domain/errors.ts';
import { acknowledgeByLink } from '#operations/alert/acknowledge-by-link.ts';
import { type LinkAnswer, showLink } from '#operations/alert/link.ts';
import { preferredLanguage } from '#platform/accept-language.ts';
import { RateLimiter } from '#platform/rate-limiter.ts';
import type { ApiInstance, RouteContext } from '../api-instance.ts';
import { page } from '../docs-page/page.ts';
import { escapeHtml } from '../docs-page/schema-text.ts';
import { pageHeaders } from '../security-headers.ts';

// Tested by: test/e2e/acknowledge-link.test.ts

type LinkRequest = FastifyRequest<{ Params: { token: string } }>;

const LONGEST_FORM = 4096;
/** For each address: whoever follows a link opens it and presses its button; whoever guesses needs far more. */
const PER_MINUTE = 30;
const open = { config: { isOpen: true }, schema: { hide: true } } as const;

/**
 * The page behind the acknowledge link of a message: a look changes nothing, its one button acknowledges. They are open to
 * all, so each address may ask 30 times a minute: `rate_limited` beyond. A program that asks for JSON, such as the service worker
 * of a notification, is given what the page would say first: `title`, `notes`, and `code` where the link cannot be used.
 */
export function acknowledgeRoutes(app: ApiInstance, { services: ctx }: RouteContext): void {
  const { clock } = ctx;
  const limiter = new RateLimiter({ perSecond: PER_MINUTE / 60, burstSeconds: 60, clock });
  void app.register((scope, _options, ready) => {
    // The form has no fields, in whatever type a browser says so.
    scope.removeAllContentTypeParsers();
    const read = { parseAs: 'buffer', bodyLimit: LONGEST_FORM } as const;
    scope.addContentTypeParser('*', read, (_request, _body, done) => done(null));
    scope.addHook('onRequest', async ({ ip }) => {
      const waitSeconds = limiter.take(ip);
      if (waitSeconds === 0) return;
      const detail = 'Too many links were opened from this address.';
      throw new VigieError('rate_limited', detail, { retryAfterSeconds: waitSeconds });
    });
    scope.get('/ack/:token', open, async (request: LinkRequest, reply) =>
      answer(request, reply, await showLink({ ctx, input: inputOf(request) })),
    );
    scope.post('/ack/:token', open, async (request: LinkRequest, reply) => {
      const input = { ...inputOf(request), requestId: request.id };
      return answer(request, reply, await acknowledgeByLink({ ctx, input }));
    });
    ready();
  });
}

function inputOf({ params, headers }: LinkRequest) {
  return { token: params.token, language: preferredLanguage(headers['accept-language']) };
}

function answer(request: LinkRequest, reply: FastifyReply, found: LinkAnswer): FastifyReply {
  const { status, code, page: texts } = found;
  const { language, title, notes, rows, button } = texts;
  void reply
    .code(status)
    .headers({ 'cache-control': 'no-store', 'x-robots-tag': 'noindex', vary: 'accept' })
    .header('content-language', language);
  if (request.headers.accept === 'application/json') return reply.send({ title, notes, code });
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
  return reply.headers({ ...pageHeaders(styleHash), 'cache-control': 'no-store' }).send(html);
}
