import { Aedes, type AedesOptions, type Client, type Connection } from 'aedes';
import type { Logger } from '#platform/logging.ts';
import { type AlertFeed, isAlertFilter, mayHearAlerts } from './alert-feed.ts';
import type { MqttConnection } from './connection.ts';
import { MAX_CLIENT_ID_CHARACTERS } from './sign-in.ts';

// Tested by: mqtt-gateway.test.ts

type Authenticate = NonNullable<AedesOptions['authenticate']>;

/** There are no other brokers that would have to hear that this one lives. */
const HEARTBEAT_MS = 3_600_000;
const HIGHEST_QOS = 2;

/** The part of the protocol that does not carry readings: CONNACK, subscriptions, pings, delivery. */
export interface Broker {
  adopt(connection: MqttConnection): void;
  close(): Promise<void>;
}

/**
 * A broker that routes nothing: readings never reach it, and alerts go from the feed to each client by itself.
 * Subscriptions are granted for alerts alone, to keys with the scope read or admin.
 */
export async function openBroker({ feed, log }: { feed: AlertFeed; log: Logger }): Promise<Broker> {
  const byClient = new WeakMap<Client, MqttConnection>();

  const aedes = await Aedes.createBroker({
    heartbeatInterval: HEARTBEAT_MS,
    // MQTT 3.1 says 23; mosquitto_pub, for one, does not keep to that.
    maxClientsIdLength: MAX_CLIENT_ID_CHARACTERS,
    preConnect(client, packet, done) {
      const connection = byClient.get(client);
      if (connection === undefined) done(new Error('unknown connection'), false);
      else void connection.signIn(packet).then(() => done(null, true));
    },
    authenticate(...[client, , , done]: Parameters<Authenticate>) {
      const refusal = byClient.get(client)?.session.refusal;
      if (refusal === undefined) return done(null, true);
      done(Object.assign(new Error(refusal.reason), { returnCode: refusal.returnCode }), null);
    },
    authorizePublish(_client, _packet, done) {
      done(new Error('nothing is published through the broker'));
    },
    authorizeSubscribe(client, subscription, done) {
      const connection = byClient.get(client);
      const isGranted = connection !== undefined && mayHave(connection, subscription.topic);
      done(null, isGranted ? subscription : null);
    },
  });

  function mayHave(connection: MqttConnection, filter: string): boolean {
    const caller = connection.session.credential?.caller;
    if (caller === undefined || !mayHearAlerts(caller)) return false;
    return isAlertFilter(filter) && feed.hasRoomFor(connection, filter);
  }

  aedes.on('clientReady', (client) => byClient.get(client)?.opened());
  aedes.on('subscribe', (subscriptions, client) => {
    const connection = byClient.get(client);
    // Who has gone meanwhile is in no list any more.
    if (connection?.isOpen !== true) return;
    for (const { topic, qos } of subscriptions) {
      // Refused ones say 128.
      if (qos <= HIGHEST_QOS) feed.subscribe(connection, topic, qos);
    }
  });
  aedes.on('unsubscribe', (filters, client) => {
    const connection = byClient.get(client);
    if (connection) for (const filter of filters) feed.unsubscribe(connection, filter);
  });
  aedes.on('clientError', (client, err) => log.debug({ err, client: client.id }, 'MQTT client'));
  aedes.on('connectionError', (_client, err) => log.debug({ err }, 'MQTT connection'));
  (aedes as NodeJS.EventEmitter).on('error', (err) => log.error({ err }, 'MQTT broker'));

  return {
    adopt(connection) {
      const client = aedes.handle(connection.stream as Connection);
      byClient.set(client, connection);
      connection.attach(client);
    },
    close: () => new Promise((resolve) => aedes.close(resolve)),
  };
}
