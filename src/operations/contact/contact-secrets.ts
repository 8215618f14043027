import type { Contact } from '#domain/notification.ts';
import { refuse } from '../check-input.ts';
import type { ChannelRegistry } from './channel-port.ts';

// Tested by: contact.test.ts

type Settings = Record<string, unknown>;

const ELLIPSIS = '…';
const WEBHOOK_PREFIX = 'whsec_';

/** The kind of a secret stays visible, the secret does not. */
function mask(secret: unknown): string {
  return typeof secret === 'string' && secret.startsWith(WEBHOOK_PREFIX)
    ? `${WEBHOOK_PREFIX}${ELLIPSIS}`
    : ELLIPSIS;
}

/** Whether a setting is shown in the place of a secret. */
export const isMask = (value: unknown): boolean =>
  typeof value === 'string' && value.endsWith(ELLIPSIS);

/** The settings as answers show them, except the secrets that `shown` names. */
export function maskSettings(
  channels: ChannelRegistry,
  { channel, settings }: { channel: string; settings: Settings },
  shown: readonly string[] = [],
): Settings {
  const masked = { ...settings };
  for (const field of channels.secretFields(channel)) {
    const secret = masked[field];
    if (secret !== undefined && !shown.includes(field)) masked[field] = mask(secret);
  }
  return masked;
}

export function maskContact(channels: ChannelRegistry, contact: Contact): Contact {
  return { ...contact, settings: maskSettings(channels, contact) };
}

/**
 * A secret that is left out, or sent back as it was shown, stays what it was; a mask that stands for nothing stored is
 * refused.
 */
export function keepSecrets(
  channels: ChannelRegistry,
  { channel, settings }: { channel: string; settings: Settings },
  previous: Contact | undefined,
): Settings {
  const kept = { ...settings };
  const before = previous?.channel === channel ? previous.settings : {};
  for (const field of channels.secretFields(channel)) {
    if (kept[field] !== undefined && !isMask(kept[field])) continue;
    if (before[field] !== undefined) kept[field] = before[field];
    else if (isMask(kept[field])) {
      throw refuse([
        { pointer: `/settings/${field}`, detail: 'is how a secret is shown, not a secret' },
      ]);
    }
  }
  return kept;
}
