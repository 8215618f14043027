// Tested by: operations/template/template.test.ts
import { type Static, Type } from 'typebox';
import { LANGUAGES } from './language.ts';
import { MESSAGE_KINDS } from './message-kinds.ts';
import { ManagedBy, ThingId } from './rule.ts';
import { UnitWishesSchema } from './unit-wishes.ts';

const strict = { additionalProperties: false } as const;
const DateTime = Type.String({ format: 'date-time' });

const MessageKindSchema = Type.Enum(MESSAGE_KINDS);

/** What a text may name in braces, as `string` or `number`: the numbers are for plural, select and number formats. */
export const TEMPLATE_ARGUMENTS = {
  headline: 'string',
  title: 'string',
  condition: 'string',
  kind: 'string',
  severity: 'string',
  severity_code: 'string',
  previous: 'string',
  sensor: 'string',
  sensor_id: 'string',
  location: 'string',
  where: 'string',
  metric: 'string',
  value: 'string',
  limit: 'string',
  peak: 'string',
  unit: 'string',
  has_value: 'string',
  value_number: 'number',
  limit_number: 'number',
  since: 'string',
  cleared: 'string',
  duration: 'string',
  acknowledged: 'string',
  by: 'string',
  rule: 'string',
  instructions: 'string',
  told_before: 'string',
  link: 'string',
  acknowledge_link: 'string',
} as const satisfies Record<string, 'string' | 'number'>;
export type TemplateArgument = keyof typeof TEMPLATE_ARGUMENTS;

/** The parts of a message that a template can word. */
export const TEMPLATE_PARTS = ['subject', 'text', 'short'] as const;
export type TemplatePart = (typeof TEMPLATE_PARTS)[number];

/** Words in one language, for all channels and events or for some; a part that is left out is worded as usual. ICU message format. */
export const TemplateText = Type.Object(
  {
    language: Type.Enum(LANGUAGES),
    channels: Type.Optional(
      Type.Array(Type.String({ minLength: 1, maxLength: 32 }), { minItems: 1, maxItems: 50 }),
    ),
    on: Type.Optional(
      Type.Array(MessageKindSchema, { minItems: 1, maxItems: MESSAGE_KINDS.length }),
    ),
    subject: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
    text: Type.Optional(Type.String({ minLength: 1, maxLength: 10_000 })),
    short: Type.Optional(Type.String({ minLength: 1, maxLength: 500 })),
  },
  strict,
);
export type TemplateText = Static<typeof TemplateText>;
const TemplateTexts = Type.Array(TemplateText, { minItems: 1, maxItems: 100 });

export const TemplateInput = Type.Object(
  {
    id: Type.Optional(ThingId),
    name: Type.Optional(Type.String({ maxLength: 200 })),
    texts: TemplateTexts,
    managed_by: Type.Optional(ManagedBy),
  },
  { ...strict, title: 'TemplateInput' },
);
export type TemplateInput = Static<typeof TemplateInput>;

/** Something that is allowed and may surprise: a text that does not say the value. */
const TemplateWarnings = Type.Array(Type.Object({ pointer: Type.String(), detail: Type.String() }));
export type TemplateWarnings = Static<typeof TemplateWarnings>;

/** How messages are worded. The one with the id `default` serves where neither contact nor policy names one. */
export const Template = Type.Object(
  {
    id: ThingId,
    name: Type.String(),
    texts: TemplateTexts,
    warnings: TemplateWarnings,
    managed_by: Type.Optional(ManagedBy),
    created_at: DateTime,
    updated_at: DateTime,
  },
  { title: 'Template' },
);
export type Template = Static<typeof Template>;
export const DEFAULT_TEMPLATE = 'default';

/** A template that is there, or texts, or neither (the usual words); about an alert, or a sample of one. */
export const TemplatePreviewInput = Type.Object(
  {
    template_id: Type.Optional(ThingId),
    texts: Type.Optional(TemplateTexts),
    alert_id: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
    on: Type.Optional(MessageKindSchema),
    time_zone: Type.Optional(Type.String({ maxLength: 64 })),
    units: Type.Optional(UnitWishesSchema),
  },
  { ...strict, title: 'TemplatePreviewInput' },
);
export type TemplatePreviewInput = Static<typeof TemplatePreviewInput>;

export const TemplatePreview = Type.Object(
  {
    items: Type.Array(
      Type.Object({
        language: Type.Enum(LANGUAGES),
        /** null = every channel that no text names. */
        channel: Type.Union([Type.String(), Type.Null()]),
        /** Parts that the template words; the others are worded as usual. */
        own: Type.Array(Type.Enum(TEMPLATE_PARTS)),
        subject: Type.String(),
        text: Type.String(),
        short: Type.String(),
        html: Type.String(),
        /** Why the template could not be used, and the usual words are shown. */
        problem: Type.Union([Type.String(), Type.Null()]),
      }),
    ),
    warnings: TemplateWarnings,
  },
  { title: 'TemplatePreview' },
);
export type TemplatePreview = Static<typeof TemplatePreview>;
