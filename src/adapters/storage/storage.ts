import { ConfigError } from '../../core/errors.js';
import type { Storage } from '../../core/ports/storage.js';

/** One storage for all schemes; `providers` by scheme (`file`, `gs`, `s3`). */
export function createStorage(providers: ReadonlyMap<string, Storage>): Storage {
  /** An address without a scheme is Google's. */
  const full = (at: string): string => (/^[a-z][a-z0-9+.-]*:\/\//i.test(at) ? at : `gs://${at}`);
  const of = (at: string): Storage => {
    const scheme = full(at).split(':')[0] ?? '';
    const provider = providers.get(scheme);
    if (!provider) throw new ConfigError([`no storage serves ${scheme}:// here (${[...providers.keys()].sort().map((one) => `${one}://`).join(', ') || 'none is configured'})`]);
    return provider;
  };
  return {
    stat: async (at, options) => of(at).stat(full(at), options),
    read: async (at, options) => of(at).read(full(at), options),
    async *stream(at, options) { yield* of(at).stream(full(at), options); },
    write: async (at, bytes, options) => of(at).write(full(at), bytes, options),
    send: async (at, pieces, options) => of(at).send(full(at), pieces, options),
    async *list(at, options) { yield* of(at).list(full(at), options); },
    folder: async (at, options) => of(at).folder(full(at), options),
  };
}
