import type { PictureType } from '#domain/place.ts';

// Tested by: place.test.ts

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
const JPEG = Buffer.from('ffd8ff', 'hex');

const startsWith = (file: Buffer, sign: Buffer, at = 0) =>
  file.subarray(at, at + sign.length).equals(sign);

/** What a file is by its first bytes (PNG 3, JPEG/JFIF, WebP container); undefined where it is no picture that is taken. */
export function pictureType(file: Buffer): PictureType | undefined {
  if (startsWith(file, PNG)) return 'image/png';
  if (startsWith(file, JPEG)) return 'image/jpeg';
  const isWebp = startsWith(file, Buffer.from('RIFF')) && startsWith(file, Buffer.from('WEBP'), 8);
  return isWebp ? 'image/webp' : undefined;
}
