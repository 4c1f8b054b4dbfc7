import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';

const PIECE = 262_144;

/** A file's bytes; a link is refused. */
export async function source({ file: path, bytes }: Readonly<{ file: string; bytes?: number }>): Promise<Readable> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  if (bytes === 0) { await file.close(); return Readable.from([]); }
  return file.createReadStream({ highWaterMark: PIECE, ...(bytes !== undefined && { end: bytes - 1 }) });
}

/** The end of a pipeline: everything goes into the file, which stays open. */
export function into(file: FileHandle): (pieces: AsyncIterable<Buffer>) => Promise<void> {
  return async (pieces) => {
    for await (const piece of pieces) await file.appendFile(piece);
  };
}

/** Whether a file begins as gzip does; false when it cannot be read. */
export async function isGzip(path: string): Promise<boolean> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW).catch(() => undefined);
  if (!file) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}
