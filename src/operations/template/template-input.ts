import type { MessageKind } from '#domain/message-kinds.ts';
import {
  TEMPLATE_PARTS,
  type Template,
  TemplateInput,
  type TemplateText,
  type TemplateWarnings,
} from '#domain/template.ts';
import { argumentNames, templateProblems } from '#engine/messages/template-text.ts';
import { inputCheck, refuse } from '../check-input.ts';
import type { OperationContext } from '../context.ts';
import type { InputProblem } from '../describe-errors.ts';
import type { DocumentFacts } from '../documents.ts';

// Tested by: template.test.ts

const check = inputCheck(TemplateInput, { ignore: ['created_at', 'updated_at', 'warnings'] });

/** Any of these says what is measured. */
const SAYS_VALUE = ['value', 'value_number', 'condition', 'headline'];
/** Of these somebody is to do something. */
const ASKS: readonly MessageKind[] = ['raised', 'repeat', 'escalated', 'severity_changed'];

/** A template whose texts are ICU message format and name known arguments. Throws `template_invalid`. */
export function readTemplateInput(input: unknown): TemplateInput {
  const template = check(input);
  checkTexts(template.texts);
  return template;
}

/** Throws `template_invalid` with every text that cannot be filled in, and where it breaks. */
export function checkTexts(texts: readonly TemplateText[]): void {
  const problems = texts.flatMap((text, at) => textProblems(text, `/texts/${at}`));
  if (problems.length > 0) throw refuse(problems, 'template_invalid');
}

function textProblems(text: TemplateText, pointer: string): InputProblem[] {
  const parts = TEMPLATE_PARTS.filter((part) => text[part] !== undefined);
  if (parts.length === 0) {
    return [{ pointer, detail: `must have one of: ${TEMPLATE_PARTS.join(', ')}` }];
  }
  return parts.flatMap((part) =>
    templateProblems(text[part] ?? '', text.language).map((detail) => ({
      pointer: `${pointer}/${part}`,
      detail,
    })),
  );
}

/** Refuses channels that are not there. */
export function checkChannels(ctx: OperationContext, texts: readonly TemplateText[]): void {
  const names = ctx.channels.names();
  const detail = `must be one of: ${names.join(', ')}`;
  const problems = texts.flatMap(({ channels = [] }, at) =>
    channels.flatMap((channel, number) =>
      names.includes(channel) ? [] : [{ pointer: `/texts/${at}/channels/${number}`, detail }],
    ),
  );
  if (problems.length > 0) throw refuse(problems);
}

/** Texts that ask for action and do not say the value. */
export function warningsOf(texts: readonly TemplateText[]): TemplateWarnings {
  return texts.flatMap((text, at) => {
    if (!(text.on ?? ASKS).some((kind) => ASKS.includes(kind))) return [];
    return (['text', 'short'] as const).flatMap((part) => {
      const names = text[part] && argumentNames(text[part], text.language);
      if (!names || SAYS_VALUE.some((name) => names.has(name))) return [];
      return [{ pointer: `/texts/${at}/${part}`, detail: 'does not say the value' }];
    });
  });
}

/** The template as it is stored. */
export function makeTemplate(input: TemplateInput, facts: DocumentFacts): Template {
  const { id, created_at, updated_at } = facts;
  const { name = id, texts, managed_by } = input;
  return {
    id,
    name,
    texts,
    warnings: warningsOf(texts),
    ...(managed_by === undefined ? {} : { managed_by }),
    created_at,
    updated_at,
  };
}
