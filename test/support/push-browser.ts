import { randomBytes, webcrypto } from 'node:crypto';

const { subtle } = webcrypto;
const CURVE = { name: 'ECDH', namedCurve: 'P-256' } as const;

export interface PushBrowser {
  /** As in `PushSubscription.toJSON()`. */
  readonly keys: { p256dh: string; auth: string };
  /** What a message says; rejects where it was not encrypted for this browser. */
  decrypt(message: Buffer): Promise<Buffer>;
}

/** A browser's side of RFC 8291, by the Web Crypto API: what it subscribes with, and how it reads a message. */
export async function createPushBrowser(): Promise<PushBrowser> {
  const pair = await subtle.generateKey(CURVE, false, ['deriveBits']);
  const ownKey = Buffer.from(await subtle.exportKey('raw', pair.publicKey));
  const auth = randomBytes(16);
  return {
    keys: { p256dh: ownKey.toString('base64url'), auth: auth.toString('base64url') },
    async decrypt(given) {
      const message = Buffer.from(given);
      const salt = message.subarray(0, 16);
      const keyEnd = 21 + message[20]!;
      const senderKey = message.subarray(21, keyEnd);
      if (message.length > message.readUInt32BE(16) + keyEnd) throw new Error('several records');
      const sender = await subtle.importKey('raw', senderKey, CURVE, false, []);
      const shared = await subtle.deriveBits({ ...CURVE, public: sender }, pair.privateKey, 256);
      const info = Buffer.concat([Buffer.from('WebPush: info\0'), ownKey, senderKey]);
      const secret = await derive(shared, { salt: auth, info, bits: 256 });
      const coding = (what: string) => Buffer.from(`Content-Encoding: ${what}\0`);
      const key = await derive(secret, { salt, info: coding('aes128gcm'), bits: 128 });
      const iv = await derive(secret, { salt, info: coding('nonce'), bits: 96 });
      const cipher = await subtle.importKey('raw', key, 'AES-GCM', false, ['decrypt']);
      const record = message.subarray(keyEnd);
      const plain = Buffer.from(await subtle.decrypt({ name: 'AES-GCM', iv }, cipher, record));
      if (plain.at(-1) !== 2) throw new Error('not the last record');
      return plain.subarray(0, -1);
    },
  };
}

async function derive(
  secret: ArrayBuffer,
  { salt, info, bits }: { salt: Buffer<ArrayBuffer>; info: Buffer<ArrayBuffer>; bits: number },
): Promise<ArrayBuffer> {
  const key = await subtle.importKey('raw', secret, 'HKDF', false, ['deriveBits']);
  return subtle.deriveBits({ name: 'HKDF', hash: 'SHA-256', salt, info }, key, bits);
}
