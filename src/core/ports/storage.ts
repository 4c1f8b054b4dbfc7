/** A file in object storage or in a folder. */
export interface StoredFile {
  /** Address of the file: `gs://bucket/a/b.txt`, `s3://…`, `file:///…`. */
  readonly at: string;
  readonly size: number;
  /** Milliseconds since the epoch. */
  readonly updatedAt: number;
}

type Waiting = Readonly<{ signal: AbortSignal }>;

/**
 * Where results of jobs are kept. Addresses have a scheme; one without counts as `gs://` (config 2.5.4). Methods throw RemoteError for what
 * the provider refused, ConfigError for a scheme that nobody serves here.
 */
export interface Storage {
  /** Size and age; undefined when there is no such file. */
  stat(at: string, options: Waiting): Promise<StoredFile | undefined>;
  /** The bytes of [start, end), the whole file by default; negative `start` counts from the end. undefined when there is no such file. */
  read(at: string, options: Waiting & Readonly<{ start?: number; end?: number }>): Promise<Uint8Array | undefined>;
  /** As `read`, piece by piece; nothing when there is no such file. */
  stream(at: string, options: Waiting & Readonly<{ start?: number; end?: number }>): AsyncIterable<Uint8Array>;
  /** Whole or not at all. With `ifAbsent` a file that is there stays. */
  write(at: string, bytes: Uint8Array | string, options: Waiting & Readonly<{ contentType?: string; ifAbsent?: true }>): Promise<'written' | 'existed'>;
  /**
   * As `write`, piece by piece, whatever the size. With `encoding` the pieces are compressed already, and whoever reads gets them unpacked;
   * sizes are then those of the unpacked file as its last four bytes tell them.
   */
  send(at: string, pieces: AsyncIterable<Uint8Array>, options: Waiting & Readonly<{ contentType?: string; encoding?: 'gzip' }>): Promise<void>;
  /** All files below a folder, in the order of their names; folders are not told. */
  list(folder: string, options: Waiting): AsyncIterable<StoredFile>;
  /** What is directly in a folder: files, and names of folders. */
  folder(at: string, options: Waiting): Promise<Readonly<{ files: readonly StoredFile[]; folders: readonly string[] }>>;
}
