import { createCipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';

// Tested by: encrypt-payload.test.ts

/** What a push service has to take is 4,096 bytes (RFC 8030 section 7.2): header, this much, delimiter and tag. */
export const MOST_PLAIN_BYTES = 4096 - 86 - 1 - 16;

export interface BrowserKeys {
  /** Base64url, 65 bytes. */
  p256dh: string;
  /** Base64url, 16 bytes. */
  auth: string;
}

/** What is random in a message; only a test says it. */
export interface Randomness {
  salt: Buffer;
  /** Private key of the sender for this message, 32 bytes. */
  privateKey: Buffer;
}

/**
 * Encrypts what only this browser can read (RFC 8291, content coding aes128gcm of RFC 8188), as one record. Throws where
 * the browser's key is no point of the curve.
 */
export function encryptPayload(
  plain: Buffer,
  { p256dh, auth }: BrowserKeys,
  randomness?: Randomness,
): Buffer {
  const browserKey = Buffer.from(p256dh, 'base64url');
  const sender = createECDH('prime256v1');
  if (randomness) sender.setPrivateKey(randomness.privateKey);
  else sender.generateKeys();
  const senderKey = sender.getPublicKey();
  const salt = randomness?.salt ?? randomBytes(16);

  // RFC 8291 section 3.4
  const info = Buffer.concat([Buffer.from('WebPush: info\0'), browserKey, senderKey]);
  const shared = sender.computeSecret(browserKey);
  const secret = derive(shared, { salt: Buffer.from(auth, 'base64url'), info, length: 32 });
  // RFC 8188 section 2.2 and 2.3
  const coding = (what: string) => Buffer.from(`Content-Encoding: ${what}\0`);
  const key = derive(secret, { salt, info: coding('aes128gcm'), length: 16 });
  const nonce = derive(secret, { salt, info: coding('nonce'), length: 12 });

  const cipher = createCipheriv('aes-128-gcm', key, nonce);
  // 2 delimits the last record, which is the only one.
  const record = Buffer.concat([
    cipher.update(plain),
    cipher.update(Buffer.from([2])),
    cipher.final(),
  ]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(4096);
  const header = Buffer.concat([salt, size, Buffer.from([senderKey.length]), senderKey]);
  return Buffer.concat([header, record, cipher.getAuthTag()]);
}

function derive(
  secret: Buffer,
  { salt, info, length }: { salt: Buffer; info: Buffer; length: number },
): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, info, length));
}
