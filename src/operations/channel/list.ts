import type { ChannelList } from '#domain/channel.ts';
import { authorize, type OperationContext } from '../context.ts';

/** Every way to reach people, by name, with what it asks of a contact: forms are drawn from it. */
export function listChannels({ ctx }: { ctx: OperationContext }): ChannelList {
  authorize(ctx, 'read');
  const items = [...ctx.channels.names()].sort().map((name) => ({
    name,
    settings: ctx.channels.settingsSchema(name),
    secrets: [...ctx.channels.secretFields(name)],
  }));
  return { items, next_cursor: null };
}
