import { promisify } from 'node:util';
import { constants, crc32, deflateRaw } from 'node:zlib';

/*
 * A gzip file made of parts that are packed one by one. A part is a run of deflate blocks that ends at a whole byte and looks back at nothing
 * before it, so that parts can be put together in any order without being packed again; their checksums are put together as well.
 */
export interface Part {
  readonly packed: Buffer;
  /** CRC-32 of the text. */
  readonly crc: number;
  /** Bytes of the text. */
  readonly size: number;
}

const deflate = promisify(deflateRaw);
const POLYNOMIAL = 0xedb88320;
/** A stored block may have so many bytes. */
const MOST_STORED = 65_535;
/** Packing faster costs a tenth more bytes. */
const LEVEL = 4;
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
/** An empty stored block that says that it is the last. */
const END = Buffer.from([1, 0, 0, 0xff, 0xff]);

/** Packs a text, off the main thread. */
export async function pack(text: Buffer): Promise<Part> {
  return { packed: await deflate(text, { level: LEVEL, finishFlush: constants.Z_FULL_FLUSH }), crc: crc32(text), size: text.length };
}

/** A short text as it is. Throws a RangeError for one of more than 65,535 bytes. */
export function literal(text: string): Part {
  const bytes = Buffer.from(text);
  if (bytes.length > MOST_STORED) throw new RangeError(`${bytes.length} bytes are too many for one stored block`);
  const head = Buffer.alloc(5);
  head.writeUInt16LE(bytes.length, 1);
  head.writeUInt16LE(~bytes.length & 0xffff, 3);
  return { packed: Buffer.concat([head, bytes]), crc: crc32(bytes), size: bytes.length };
}

/** The checksum and the size of all parts' texts, one after the other. */
export function sumOf(parts: readonly Part[]): Readonly<{ crc: number; size: number }> {
  return parts.reduce((all, { crc, size }) => ({ crc: crcOfBoth(all.crc, crc, size), size: all.size + size }), { crc: 0, size: 0 });
}

/** One gzip file of all parts' texts, one after the other. */
export function gzipOf(parts: readonly Part[]): Buffer {
  const { crc, size } = sumOf(parts);
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(crc, 0);
  tail.writeUInt32LE(size % 2 ** 32, 4);
  return Buffer.concat([HEADER, ...parts.map(({ packed }) => packed), END, tail]);
}

/** The CRC-32 of two texts after each other, from that of each: the first is carried over the second's length (as zlib's crc32_combine does). */
export function crcOfBoth(first: number, second: number, sizeOfSecond: number): number {
  return (times(powerOfX(sizeOfSecond * 8), first) ^ second) >>> 0;
}

/** Product of two polynomials over GF(2), modulo that of the checksum; the highest bit is x⁰. */
function times(a: number, b: number): number {
  let product = 0;
  let factor = b;
  for (let bit = 0x80000000; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) product ^= factor;
    factor = (factor & 1) === 0 ? factor >>> 1 : (factor >>> 1) ^ POLYNOMIAL;
  }
  return product >>> 0;
}

/** x to a power, modulo the checksum's polynomial, by squaring. */
function powerOfX(power: number): number {
  let [result, square] = [0x80000000, 0x40000000];
  for (let left = power; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result = times(square, result);
    square = times(square, square);
  }
  return result;
}
