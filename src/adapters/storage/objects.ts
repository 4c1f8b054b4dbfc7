import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { UserError } from '../../core/errors.js';
import type { Storage, StoredFile } from '../../core/ports/storage.js';

/** A bucket (Azure: container) and the name of an object in it. */
export interface Place {
  readonly bucket: string;
  readonly key: string;
}

/** An object as a provider lists it. */
export interface Listed {
  readonly key: string;
  readonly size: number;
  readonly updatedAt: number;
}

export interface ListPage {
  readonly files: readonly Listed[];
  /** Prefixes that end in the delimiter; none without one. */
  readonly prefixes: readonly string[];
  /** Where the next page begins; undefined: this is the last. */
  readonly next: string | undefined;
}

type Waiting = Readonly<{ signal: AbortSignal }>;
/** How an object's bytes are kept. */
export type Encoding = 'gzip' | undefined;

/** What a provider says an object's bytes are; anything else than gzip is handed out as it is. */
export const encodingOf = (said: string | undefined): Encoding => (said === 'gzip' ? 'gzip' : undefined);

/** What each provider of buckets can do, in its own way; the rest is the same for all. Missing objects and buckets are `undefined`, never errors. */
export interface Bucketing {
  readonly scheme: string;
  head(place: Place, options: Waiting): Promise<Readonly<{ size: number; updatedAt: number; encoding: Encoding }> | undefined>;
  /** Bytes as they are kept, from `start` up to but not including `end`; `start < end` and both lie inside of the object, or neither is given. */
  open(place: Place, range: Readonly<{ start: number; end: number }> | undefined, options: Waiting): Promise<Readonly<{ body: AsyncIterable<Uint8Array>; encoding: Encoding }> | undefined>;
  /** 'existed' only with `ifAbsent`. */
  put(place: Place, bytes: Uint8Array, options: Waiting & Readonly<{ contentType: string; ifAbsent: boolean }>): Promise<'written' | 'existed'>;
  /** Nothing appears before the last piece has been taken. */
  send(place: Place, pieces: AsyncIterable<Uint8Array>, options: Waiting & Readonly<{ contentType: string; encoding: Encoding }>): Promise<void>;
  page(place: Place, delimiter: '/' | undefined, after: string | undefined, options: Waiting): Promise<ListPage>;
}

/** Takes an address apart; names of objects are not URL-encoded in such addresses (as upstream and the providers' own tools have it). */
export function placeOf(scheme: string, at: string): Place {
  const begin = `${scheme}://`;
  const rest = at.startsWith(begin) ? at.slice(begin.length) : '';
  const [bucket = ''] = rest.split('/', 1);
  const key = rest.slice(bucket.length + 1);
  if (bucket === '' || key.includes('\0')) throw new UserError(`not an address of a file: ${JSON.stringify(at)}`);
  return { bucket, key };
}

function bytesOf(bytes: Uint8Array | string): Uint8Array {
  return typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
}

/** Storage in the buckets of one provider. */
export function bucketStorage(bucketing: Bucketing): Storage {
  const { scheme } = bucketing;
  const fileOf = (bucket: string, { key, size, updatedAt }: Listed): StoredFile => ({ at: `${scheme}://${bucket}/${key}`, size, updatedAt });
  /** A folder without the slash at its end; the bucket itself is the empty one. */
  const folderOf = (at: string): Place => {
    const { bucket, key } = placeOf(scheme, at);
    const trimmed = key.replace(/\/+$/, '');
    return { bucket, key: trimmed === '' ? '' : `${trimmed}/` };
  };

  /** Size of what a reader gets. Of a compressed object that is in its last four bytes, modulo 4 GiB (RFC 1952). */
  async function about(place: Place, options: Waiting): Promise<Readonly<{ size: number; updatedAt: number; encoding: Encoding }> | undefined> {
    const found = await bucketing.head(place, options);
    if (found?.encoding !== 'gzip' || found.size < MEMBER) return found;
    const tail = await bucketing.open(place, { start: found.size - 4, end: found.size }, options);
    return tail && { ...found, size: Buffer.concat(await collect(tail.body)).readUInt32LE(0) };
  }

  /** The bytes of a range, unpacked; undefined when there is no such object. */
  async function opened(at: string, { signal, start, end }: Parameters<Storage['stream']>[1]): Promise<AsyncIterable<Uint8Array> | undefined> {
    const place = placeOf(scheme, at);
    if (place.key === '') return undefined;
    if (start === undefined && end === undefined) {
      const whole = await bucketing.open(place, undefined, { signal });
      return whole && unpacked(whole);
    }
    // Providers refuse ranges that lie outside, and each counts from the end in another way.
    const file = await about(place, { signal });
    if (!file) return undefined;
    const from = start === undefined ? 0 : start < 0 ? Math.max(0, file.size + start) : start;
    const to = Math.min(end ?? file.size, file.size);
    if (from >= to) return Readable.from([]);
    const found = await bucketing.open(place, file.encoding === undefined ? { start: from, end: to } : undefined, { signal });
    return found && (found.encoding === undefined ? found.body : cut(unpacked(found), from, to));
  }

  return {
    async stat(at, { signal }) {
      const place = placeOf(scheme, at);
      const found = place.key === '' ? undefined : await about(place, { signal });
      return found && { at, size: found.size, updatedAt: found.updatedAt };
    },
    async read(at, options) {
      const body = await opened(at, options);
      return body && Buffer.concat(await collect(body));
    },
    async *stream(at, options) {
      const body = await opened(at, options);
      if (body) yield* body;
    },
    async write(at, bytes, { signal, contentType, ifAbsent }) {
      const place = placeOf(scheme, at);
      if (place.key === '' || place.key.endsWith('/')) throw new UserError(`not an address of a file: ${JSON.stringify(at)}`);
      return bucketing.put(place, bytesOf(bytes), { signal, contentType: contentType ?? 'application/octet-stream', ifAbsent: ifAbsent ?? false });
    },
    async send(at, pieces, { signal, contentType, encoding }) {
      const place = placeOf(scheme, at);
      if (place.key === '' || place.key.endsWith('/')) throw new UserError(`not an address of a file: ${JSON.stringify(at)}`);
      await bucketing.send(place, pieces, { signal, contentType: contentType ?? 'application/octet-stream', encoding });
    },
    async *list(at, { signal }) {
      const folder = folderOf(at);
      let after: string | undefined;
      do {
        const page: ListPage = await bucketing.page(folder, undefined, after, { signal });
        for (const file of page.files) if (!file.key.endsWith('/')) yield fileOf(folder.bucket, file);
        after = page.next;
      } while (after !== undefined);
    },
    async folder(at, { signal }) {
      const folder = folderOf(at);
      const files: StoredFile[] = [];
      const folders: string[] = [];
      let after: string | undefined;
      do {
        const page: ListPage = await bucketing.page(folder, '/', after, { signal });
        for (const file of page.files) if (file.key !== folder.key && !file.key.endsWith('/')) files.push(fileOf(folder.bucket, file));
        for (const prefix of page.prefixes) folders.push(prefix.slice(folder.key.length, -1));
        after = page.next;
      } while (after !== undefined);
      return { files, folders };
    },
  };
}

/** The smallest gzip file. */
const MEMBER = 20;

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = [];
  for await (const part of pieces) parts.push(part);
  return parts;
}

async function* unpacked({ body, encoding }: Readonly<{ body: AsyncIterable<Uint8Array>; encoding: Encoding }>): AsyncGenerator<Uint8Array, void> {
  if (encoding === undefined) {
    yield* body;
    return;
  }
  const source = Readable.from(body);
  const gunzip = createGunzip();
  // What `pipe` does not pass on.
  source.once('error', (error) => { gunzip.destroy(error); });
  try {
    yield* source.pipe(gunzip) as AsyncIterable<Uint8Array>;
  } finally {
    source.destroy();
  }
}

/** Bytes `from` up to but not including `to`; reads no further than that. */
async function* cut(pieces: AsyncIterable<Uint8Array>, from: number, to: number): AsyncGenerator<Uint8Array, void> {
  let at = 0;
  for await (const piece of pieces) {
    const part = piece.subarray(Math.max(0, from - at), Math.max(0, to - at));
    at += piece.length;
    if (part.length > 0) yield part;
    if (at >= to) return;
  }
}
