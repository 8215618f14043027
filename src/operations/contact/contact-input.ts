import { type Contact, ContactInput } from '#domain/notification.ts';
import { unitProblems } from '#domain/unit-conversion.ts';
import type { StateTransaction } from '#storage/state/state-store.ts';
import { inputCheck, refuse } from '../check-input.ts';
import type { OperationContext } from '../context.ts';
import { type DocumentFacts, missingDocuments } from '../documents.ts';
import { quietHoursProblems } from '../policy/quiet-hours.ts';
import { keepSecrets, maskSettings } from './contact-secrets.ts';

// Tested by: contact.test.ts

const check = inputCheck(ContactInput, { ignore: ['created_at', 'updated_at', 'failing'] });

/** A contact whose channel is there and whose time zone exists. */
export function readContactInput(ctx: OperationContext, input: unknown): ContactInput {
  const contact = check(input);
  const problems = quietHoursProblems(contact.quiet_hours);
  for (const { pointer, detail } of unitProblems(contact.units)) {
    problems.push({ pointer: `/units${pointer}`, detail });
  }
  const names = ctx.channels.names();
  if (!names.includes(contact.channel)) {
    problems.push({ pointer: '/channel', detail: `must be one of: ${names.join(', ')}` });
  }
  if (contact.time_zone !== undefined && !isTimeZone(contact.time_zone)) {
    problems.push({ pointer: '/time_zone', detail: 'is no IANA time zone, such as Europe/Paris' });
  }
  if (problems.length > 0) throw refuse(problems);
  return contact;
}

/** Whether a name is one of the IANA database. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** Settings as the channel takes them, with the secrets that stay and those that the platform makes. */
export async function readySettings(
  ctx: OperationContext,
  contact: ContactInput,
  previous: Contact | undefined,
): Promise<Contact['settings']> {
  const { channel } = contact;
  const settings = keepSecrets(ctx.channels, contact, previous);
  const problems = await ctx.channels.validate(channel, settings);
  const [first] = problems;
  if (first) {
    throw refuse(
      problems.map(({ pointer, detail }) => ({ pointer: `/settings${pointer}`, detail })),
      first.code,
    );
  }
  return ctx.channels.prepareSettings(channel, settings);
}

/** Refuses a template that is not there. */
export async function checkTemplate(
  ctx: OperationContext,
  { template }: ContactInput,
  tx: StateTransaction,
): Promise<void> {
  if (template === undefined) return;
  const kind = { customer: ctx.caller.customer, kind: 'template' } as const;
  const problems = await missingDocuments(tx, kind, [['/template', template]]);
  if (problems.length > 0) throw refuse(problems);
}

/** The contact as it is stored. */
export function makeContact(
  input: ContactInput,
  settings: Contact['settings'],
  facts: DocumentFacts,
): Contact {
  const { id, created_at, updated_at } = facts;
  return {
    id,
    name: input.name ?? id,
    channel: input.channel,
    settings,
    language: input.language ?? 'en',
    time_zone: input.time_zone ?? 'UTC',
    enabled: input.enabled ?? true,
    ...(input.quiet_hours === undefined ? {} : { quiet_hours: input.quiet_hours }),
    ...(input.storm === undefined ? {} : { storm: input.storm }),
    ...(input.fallback_contact === undefined ? {} : { fallback_contact: input.fallback_contact }),
    ...(input.template === undefined ? {} : { template: input.template }),
    ...(input.units === undefined ? {} : { units: input.units }),
    ...(input.managed_by === undefined ? {} : { managed_by: input.managed_by }),
    created_at,
    updated_at,
  };
}

/** What the audit keeps of a contact: all but its secrets. */
export function contactDetail(ctx: OperationContext, input: ContactInput): ContactInput {
  return { ...input, settings: maskSettings(ctx.channels, input) };
}
