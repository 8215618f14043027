import { VigieError } from '#domain/errors.ts';
import type { Credential, Gatekeeper } from '../authenticate.ts';
import { type AlertFeed, mayHearAlerts } from './alert-feed.ts';
import type { MqttConnection } from './connection.ts';

// Tested by: mqtt-gateway.test.ts

/**
 * Looks up again the keys behind these connections, each key once. Connections whose key has ended are
 * closed; the others act from now on with the rights that it has. Never rejects.
 */
export async function renewKeys(
  connections: readonly MqttConnection[],
  { gatekeeper, feed }: { gatekeeper: Gatekeeper; feed: AlertFeed },
): Promise<void> {
  const byKey = Map.groupBy(connections, ({ session }) => session.key);
  byKey.delete(undefined);
  for (const [key, group] of byKey) {
    let credential: Credential | undefined;
    try {
      credential = await gatekeeper.identify(key);
    } catch (error) {
      // Who cannot be looked up just now stays.
      if (!(error instanceof VigieError && error.code === 'unauthenticated')) continue;
    }
    for (const connection of group) {
      if (credential === undefined || !mayHearAlerts(credential.caller)) feed.remove(connection);
      connection.renew(credential);
    }
  }
}
