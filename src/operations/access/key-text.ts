import { createHash, randomBytes } from 'node:crypto';

const ID_ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
const ID_LENGTH = 10;

/** What is stored of a key, a session or a code: SHA-256, hex. Its text has 256 random bits, so no salt or stretching is needed. */
export function hashSecret(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

/** 256 random bits, base64url (43 characters). */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

/** Letters and digits that are not mistaken for each other. 32 of them, so that no byte is favored. */
export function newKeyId(): string {
  return Array.from(randomBytes(ID_LENGTH), (byte) => ID_ALPHABET[byte % 32]).join('');
}

/** `vgk_<id>_<secret>`: told by its beginning, so that scanners find one that was published by mistake. */
export function newKeyText(id: string): string {
  return `vgk_${id}_${newSecret()}`;
}
