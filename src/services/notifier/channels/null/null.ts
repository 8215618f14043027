import type { Channel } from '../channel.ts';
import { NullSettings } from './null.schema.ts';

/** Delivers to nobody, at once: for the platform's canary, and for trying policies out. */
export function createNullChannel(): Channel {
  return {
    name: 'null',
    settingsSchema: NullSettings,
    secretFields: [],
    findProblems: () => [],
    prepareSettings: (settings) => settings,
    send: async () => ({ ok: true }),
    close: () => undefined,
  };
}
