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

/** What each provider of buckets can do, in its own way; the rest is the same for all. Missing objects and buckets are `undefined`, never errors. */
export interface Bucketing {
  readonly scheme: string;
  head(place: Place, options: Waiting): Promise<Readonly<{ size: number; updatedAt: number }> | undefined>;
  /** Bytes from `start` up to but not including `end`; `start < end` and both lie inside of the object, or neither is given. */
  open(place: Place, range: Readonly<{ start: number; end: number }> | undefined, options: Waiting): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** 'existed' only with `ifAbsent`. */
  put(place: Place, bytes: Uint8Array, options: Waiting & Readonly<{ contentType: string; ifAbsent: boolean }>): Promise<'written' | 'existed'>;
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

  async function* stream(at: string, { signal, start, end }: Parameters<Storage['stream']>[1]): AsyncGenerator<Uint8Array, void> {
    const place = placeOf(scheme, at);
    let range: Readonly<{ start: number; end: number }> | undefined;
    if (start !== undefined || end !== undefined) {
      // Providers refuse ranges that lie outside, and each counts from the end in another way.
      const file = await bucketing.head(place, { signal });
      if (!file) return;
      const from = start === undefined ? 0 : start < 0 ? Math.max(0, file.size + start) : start;
      const to = Math.min(end ?? file.size, file.size);
      if (from >= to) return;
      range = { start: from, end: to };
    }
    const body = await bucketing.open(place, range, { signal });
    if (body) yield* body;
  }

  return {
    async stat(at, { signal }) {
      const place = placeOf(scheme, at);
      const found = place.key === '' ? undefined : await bucketing.head(place, { signal });
      return found && { at, ...found };
    },
    async read(at, { signal, start, end }) {
      const place = placeOf(scheme, at);
      if (place.key === '') return undefined;
      if (start === undefined && end === undefined) {
        const body = await bucketing.open(place, undefined, { signal });
        if (!body) return undefined;
        const parts: Uint8Array[] = [];
        for await (const part of body) parts.push(part);
        return Buffer.concat(parts);
      }
      if (!(await bucketing.head(place, { signal }))) return undefined;
      const parts: Uint8Array[] = [];
      for await (const part of stream(at, { signal, ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) })) parts.push(part);
      return Buffer.concat(parts);
    },
    stream,
    async write(at, bytes, { signal, contentType, ifAbsent }) {
      const place = placeOf(scheme, at);
      if (place.key === '' || place.key.endsWith('/')) throw new UserError(`not an address of a file: ${JSON.stringify(at)}`);
      return bucketing.put(place, bytesOf(bytes), { signal, contentType: contentType ?? 'application/octet-stream', ifAbsent: ifAbsent ?? false });
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
