import type { MqttClient, Packet } from 'mqtt';

// Tested by: services/notifier/channels/mqtt/mqtt.test.ts, test/e2e/mqtt-bridge-faults.test.ts

/**
 * Ends a connection, by its `error`, whose broker sends a packet without the id that it must have (MQTT 5 section 2.2.1).
 * `mqtt` 5.16 reads such an id as -1 and throws, where nobody can catch it, as it answers with that id.
 */
export function refuseMalformed(client: MqttClient): void {
  client.on('packetreceive', (packet: Packet) => {
    if (!('messageId' in packet) || (packet.messageId ?? 0) >= 0) return;
    // With what is no command that it knows the client does nothing more.
    Object.assign(packet, { cmd: 'malformed' });
    client.emit('error', new Error('the broker sent a packet without its id'));
  });
}
