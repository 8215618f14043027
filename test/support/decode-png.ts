import { crc32, inflateSync } from 'node:zlib';

export interface DecodedPng {
  width: number;
  height: number;
  /** Red, green, blue of the pixel in this column and row. */
  at(x: number, y: number): [number, number, number];
}

/** Reads a PNG of eight-bit RGB without interlace; throws where it is none, or where a checksum is wrong. */
export function decodePng(file: Buffer): DecodedPng {
  if (file.toString('latin1', 0, 8) !== '\x89PNG\r\n\x1a\n') throw new Error('no PNG');
  const chunks: { type: string; data: Buffer }[] = [];
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const named = file.subarray(at + 4, at + 8 + length);
    if (named.length !== length + 4) throw new Error('a chunk that is cut off');
    if (crc32(named) !== file.readUInt32BE(at + 8 + length)) throw new Error('a wrong checksum');
    chunks.push({ type: named.toString('latin1', 0, 4), data: named.subarray(4) });
    at += 12 + length;
  }
  const [header, ...rest] = chunks;
  if (header?.type !== 'IHDR' || rest.at(-1)?.type !== 'IEND') throw new Error('no whole PNG');
  if (header.data.subarray(8).toString('hex') !== '0802000000') throw new Error('another format');
  const [width, height] = [header.data.readUInt32BE(0), header.data.readUInt32BE(4)];
  const packed = rest.filter(({ type }) => type === 'IDAT').map(({ data }) => data);
  const rows = inflateSync(Buffer.concat(packed));
  const rowBytes = width * 3 + 1;
  if (rows.length !== rowBytes * height) throw new Error('more or fewer rows than it says');
  return {
    width,
    height,
    at(x, y) {
      const row = rows.subarray(y * rowBytes, (y + 1) * rowBytes);
      if (row[0] !== 0) throw new Error('a row with a filter');
      return [row[1 + x * 3]!, row[2 + x * 3]!, row[3 + x * 3]!];
    },
  };
}
