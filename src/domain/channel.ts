import { type Static, Type } from 'typebox';

// Tested by: services/api/channels-route.test.ts

/** A way to reach people, and what it asks of a contact. */
export const ChannelView = Type.Object(
  {
    name: Type.String(),
    settings: Type.Record(Type.String(), Type.Unknown(), {
      description: 'JSON Schema (2020-12) of a contact’s `settings`',
    }),
    secrets: Type.Array(Type.String(), {
      description: 'Settings that answers show as `…`; sent back like that they stay as they are',
    }),
  },
  { title: 'Channel' },
);
export type ChannelView = Static<typeof ChannelView>;

export const ChannelList = Type.Object(
  { items: Type.Array(ChannelView), next_cursor: Type.Null() },
  { title: 'ChannelList' },
);
export type ChannelList = Static<typeof ChannelList>;
