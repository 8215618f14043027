import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

// Packets byte by byte, for what a well-behaved client would never send.

function text(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

export function packet(header: number, body: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = body.length; length.length === 0 || rest > 0; rest >>= 7) {
    length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
  }
  return Buffer.concat([Buffer.from([header, ...length]), body]);
}

/** With QoS 1, or 0 where `messageId` is left out. */
export function publishPacket(message: {
  topic: string | Buffer;
  payload: string | Buffer;
  messageId?: number;
  qos?: number;
}): Buffer {
  const { topic, payload, messageId, qos = messageId === undefined ? 0 : 1 } = message;
  const id = messageId === undefined ? [] : [messageId >> 8, messageId & 0xff];
  const body = [text(topic), Buffer.from(id), Buffer.from(payload as string)];
  return packet(0x30 | (qos << 1), Buffer.concat(body));
}

export function connectPacket(
  about: {
    clientId?: string;
    password?: string;
    clean?: boolean;
    level?: number;
    keepAlive?: number;
  } = {},
): Buffer {
  const { clientId = 'raw', password = 'secret', clean = true, level = 4, keepAlive = 0 } = about;
  const flags = 0xc0 | (clean ? 2 : 0);
  const fixed = Buffer.from([level, flags, keepAlive >> 8, keepAlive & 0xff]);
  // MQTT 5 has properties behind the fixed part: none.
  const properties = Buffer.alloc(level > 4 ? 1 : 0);
  const names = [clientId, 'key', password].map(text);
  return packet(0x10, Buffer.concat([text('MQTT'), fixed, properties, ...names]));
}

/** A bare connection that remembers what it was sent; ended with the test. */
export async function openSocket(port: number) {
  const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  onTestFinished(() => {
    socket.destroy();
  });
  await once(socket, 'connect');
  return { socket, closed, received: () => Buffer.concat(chunks).toString('hex') };
}
