import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import { VigieError } from '#domain/errors.ts';

const unpackers = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  rawDeflate: promisify(inflateRaw),
  br: promisify(brotliDecompress),
};

/**
 * Undoes a Content-Encoding (RFC 9110 section 8.4.1): `gzip` (`x-gzip`), `deflate`, `br` or `identity`, in
 * any case. Stops as soon as more than `maxBytes` come out. Throws `VigieError`: `body_too_large`,
 * `invalid_request` where the data are damaged or end early, `unsupported_media_type` for other encodings.
 */
export async function inflateBody(
  bytes: Uint8Array,
  encoding: string,
  maxBytes: number,
): Promise<Uint8Array> {
  const unpack = unpackerOf(encoding.trim().toLowerCase(), bytes);
  if (unpack === undefined) {
    if (bytes.length > maxBytes) throw tooLarge(maxBytes);
    return bytes;
  }
  try {
    return await unpack(bytes, { maxOutputLength: maxBytes });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(maxBytes);
    throw new VigieError(
      'invalid_request',
      `The body is not valid ${encoding.slice(0, 20)} data.`,
      {
        cause,
      },
    );
  }
}

function unpackerOf(encoding: string, bytes: Uint8Array) {
  switch (encoding) {
    case '':
    case 'identity':
      return undefined;
    case 'gzip':
    case 'x-gzip':
      return unpackers.gzip;
    case 'br':
      return unpackers.br;
    case 'deflate':
      return hasZlibHeader(bytes) ? unpackers.deflate : unpackers.rawDeflate;
    default:
      throw new VigieError(
        'unsupported_media_type',
        `The content encoding ${JSON.stringify(encoding.slice(0, 50))} is not supported; use gzip.`,
      );
  }
}

/** Some senders of `deflate` leave the zlib header (RFC 1950) out. */
function hasZlibHeader(bytes: Uint8Array): boolean {
  const [first = 0, second = 0] = bytes;
  return (first & 0x0f) === 8 && ((first << 8) | second) % 31 === 0;
}

function tooLarge(maxBytes: number): VigieError {
  return new VigieError('body_too_large', `The body unpacks to more than ${maxBytes} bytes.`);
}
