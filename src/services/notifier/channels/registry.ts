import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { VigieError } from '#domain/errors.ts';
import type { Contact } from '#domain/notification.ts';
import type { ContactTestResult } from '#domain/questions.ts';
import { renderTestMessage } from '#engine/messages/render-message.ts';
import type { ChannelProblem, ChannelRegistry } from '#operations/contact/channel-port.ts';
import { uuidV7 } from '#platform/ids.ts';
import type { Channel, ChannelOptions, ChannelSettings } from './channel.ts';
import { createDiscordChannel } from './discord/discord.ts';
import { createEmailChannel } from './email/email.ts';
import { createMattermostChannel } from './mattermost/mattermost.ts';
import { createMqttChannel } from './mqtt/mqtt.ts';
import { createNtfyChannel } from './ntfy/ntfy.ts';
import { createNullChannel } from './null/null.ts';
import { createOpsgenieChannel } from './opsgenie/opsgenie.ts';
import { createPagerdutyChannel } from './pagerduty/pagerduty.ts';
import { createPushChannel } from './push/push.ts';
import { createPushoverChannel } from './pushover/pushover.ts';
import { createSlackChannel } from './slack/slack.ts';
import { createSmsChannel } from './sms/sms.ts';
import { createTeamsChannel } from './teams/teams.ts';
import { createTelegramChannel } from './telegram/telegram.ts';
import { createVoiceChannel } from './voice/voice.ts';
import { createWebhookChannel } from './webhook/webhook.ts';

/** Every way to reach people, by the name that contacts use: one folder, one line. */
export const CHANNEL_MAKERS = {
  discord: createDiscordChannel,
  email: createEmailChannel,
  mattermost: createMattermostChannel,
  mqtt: createMqttChannel,
  ntfy: createNtfyChannel,
  null: createNullChannel,
  opsgenie: createOpsgenieChannel,
  pagerduty: createPagerdutyChannel,
  push: createPushChannel,
  pushover: createPushoverChannel,
  slack: createSlackChannel,
  sms: createSmsChannel,
  teams: createTeamsChannel,
  telegram: createTelegramChannel,
  voice: createVoiceChannel,
  webhook: createWebhookChannel,
} as const satisfies Record<string, (options: ChannelOptions) => Channel>;

export type Channels = ReadonlyMap<string, Channel>;

export function createChannels(options: ChannelOptions): Channels {
  return new Map(Object.entries(CHANNEL_MAKERS).map(([name, make]) => [name, make(options)]));
}

export function closeChannels(channels: Channels): void {
  for (const channel of channels.values()) channel.close();
}

const TEST_TIMEOUT_MS = 10_000;

/** The channels as operations on contacts see them. */
export function createChannelRegistry(
  channels: Channels,
  options: Pick<ChannelOptions, 'clock' | 'publicUrl'>,
): ChannelRegistry {
  const channelNamed = (name: string): Channel => {
    const channel = channels.get(name);
    if (channel) return channel;
    const names = [...channels.keys()].join(', ');
    throw new VigieError('invalid_request', `There is no channel '${name}'; there are: ${names}.`, {
      pointer: '/channel',
    });
  };
  return {
    names: () => [...channels.keys()],
    settingsSchema: (name) => ({ ...channelNamed(name).settingsSchema }),
    secretFields: (name) => channels.get(name)?.secretFields ?? [],
    validate(name, settings) {
      const channel = channelNamed(name);
      const problems = schemaProblems(channel.settingsSchema, settings);
      return problems.length > 0 ? problems : channel.findProblems(settings);
    },
    prepareSettings: (name, settings) => channelNamed(name).prepareSettings(settings),
    sendTest: (contact, customer) =>
      sendTest(contact, { channel: channels.get(contact.channel), customer, ...options }),
  };
}

function schemaProblems(schema: TSchema, settings: ChannelSettings): ChannelProblem[] {
  const byPointer = new Map<string, ChannelProblem>();
  for (const { keyword, instancePath, message } of Value.Errors(schema, settings)) {
    // A field that nobody knows is reported at the field itself, and of several alternatives each one's reason.
    if (keyword === 'additionalProperties' || keyword === 'anyOf') continue;
    const detail = keyword === 'boolean' ? 'is not a known setting' : message;
    const known = byPointer.get(instancePath);
    if (known) known.detail += `, or ${detail}`;
    else byPointer.set(instancePath, { pointer: instancePath, detail });
  }
  return [...byPointer.values()];
}

async function sendTest(
  contact: Contact,
  options: Pick<ChannelOptions, 'clock' | 'publicUrl'> & {
    channel: Channel | undefined;
    customer: string;
  },
): Promise<ContactTestResult> {
  const { channel, clock, customer, publicUrl } = options;
  const failed = (detail: string): ContactTestResult => ({
    outcome: 'failed',
    detail,
    receipt: null,
  });
  if (!channel) return failed(`there is no channel '${contact.channel}'`);
  const nowMs = clock.now();
  try {
    const outcome = await channel.send({
      customer,
      contact,
      message: renderTestMessage({ contact, nowMs, publicUrl }),
      type: 'test',
      payload: null,
      notificationId: uuidV7(nowMs),
      createdMs: nowMs,
      signal: AbortSignal.timeout(TEST_TIMEOUT_MS),
    });
    return outcome.ok
      ? { outcome: 'sent', detail: null, receipt: outcome.receipt ?? null }
      : failed(outcome.detail);
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
}
