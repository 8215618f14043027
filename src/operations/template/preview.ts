import { LANGUAGES } from '#domain/language.ts';
import type { MessageKind } from '#domain/message-kinds.ts';
import type { NotificationPayload } from '#domain/notification-payload.ts';
import {
  TEMPLATE_PARTS,
  type Template,
  type TemplatePreview,
  TemplatePreviewInput,
  type TemplateText,
} from '#domain/template.ts';
import { unitProblems } from '#domain/unit-conversion.ts';
import { renderWith } from '#engine/messages/render-with.ts';
import { chooseTexts } from '#engine/messages/template-text.ts';
import { knownAlert } from '../alert/get.ts';
import { payloadOfAlert } from '../alert/payload-of-alert.ts';
import { inputCheck, refuse } from '../check-input.ts';
import { isTimeZone } from '../contact/contact-input.ts';
import { authorize, type OperationContext } from '../context.ts';
import { loadDocument } from '../documents.ts';
import { sampleAlert, sampleToldBefore } from './sample-alert.ts';
import { checkChannels, checkTexts, warningsOf } from './template-input.ts';

// Tested by: template.test.ts

const check = inputCheck(TemplatePreviewInput);

/**
 * What a template makes of an alert, or of a sample, in each language and on each channel that it names; without a
 * template, the usual words. Writes and sends nothing. Throws `template_invalid`, and `not_found` where the template or the alert is not known.
 */
export async function previewTemplate({
  ctx,
  input,
}: {
  ctx: OperationContext;
  input: unknown;
}): Promise<TemplatePreview> {
  authorize(ctx, 'read');
  const asked = readInput(input);
  const texts = await textsOf(ctx, asked);
  const kind = asked.on ?? 'raised';
  const payload = await payloadFor(ctx, { alertId: asked.alert_id, kind });
  const channels = [null, ...new Set(texts.flatMap((text) => text.channels ?? []))];
  const items = LANGUAGES.flatMap((language) =>
    channels.map((channel) => {
      const own = chooseTexts(texts, { language, channel, kind });
      const { message, problem } = renderWith(
        {
          type: kind === 'repeat' ? 'raised' : kind,
          payload,
          reader: { language, time_zone: asked.time_zone ?? 'UTC', units: asked.units },
          publicUrl: ctx.settings.publicUrl || undefined,
        },
        own,
      );
      const { subject, text, short, html } = message;
      const isUsed = own !== undefined && problem === null;
      const parts = TEMPLATE_PARTS.filter((part) => isUsed && own[part] !== undefined);
      return { language, channel, own: parts, subject, text, short, html, problem };
    }),
  );
  return { items, warnings: warningsOf(texts) };
}

function readInput(input: unknown): TemplatePreviewInput {
  const asked = check(input);
  const problems = unitProblems(asked.units).map(({ pointer, detail }) => ({
    pointer: `/units${pointer}`,
    detail,
  }));
  if (asked.template_id !== undefined && asked.texts !== undefined) {
    problems.push({ pointer: '', detail: 'must not have both, template_id and texts' });
  }
  if (asked.time_zone !== undefined && !isTimeZone(asked.time_zone)) {
    problems.push({ pointer: '/time_zone', detail: 'is no IANA time zone, such as Europe/Paris' });
  }
  if (problems.length > 0) throw refuse(problems);
  return asked;
}

async function textsOf(
  ctx: OperationContext,
  { template_id: id, texts }: TemplatePreviewInput,
): Promise<readonly TemplateText[]> {
  if (id !== undefined) return (await loadDocument<Template>(ctx, 'template', id)).texts;
  if (texts === undefined) return [];
  checkTexts(texts);
  checkChannels(ctx, texts);
  return texts;
}

async function payloadFor(
  ctx: OperationContext,
  { alertId, kind }: { alertId: string | undefined; kind: MessageKind },
): Promise<NotificationPayload> {
  const nowMs = ctx.clock.now();
  const { db } = ctx.state;
  const payload =
    alertId === undefined
      ? sampleAlert(kind, nowMs)
      : await payloadOfAlert(db, await knownAlert(db, ctx.caller.customer, alertId));
  const told = kind === 'escalated' ? { told_before: sampleToldBefore(nowMs) } : {};
  return { ...payload, repeat: kind === 'repeat', ...told };
}
