import { z } from 'zod';
import type { ConfigSource } from '../src/config/snapshot.js';
import { parseSlug } from '../src/core/ids.js';
import type { Remembered } from '../src/core/ports/remembered.js';
import { defineQueue, type Adder } from '../src/core/queue.js';
import { findChanged, type StatusFile } from '../src/jobs/statuses/findChanged.js';
import { reconcileRepo, type ReconcileDeps } from '../src/jobs/statuses/reconcileRepo.js';

const Payload = z.union([z.strictObject({ kind: z.literal('all') }), z.strictObject({ kind: z.literal('repo'), repo: z.string() })]);
export type StatusReconcileKey = Readonly<z.infer<typeof Payload>>;

export interface StatusReconcileDeps extends Omit<ReconcileDeps, 'config' | 'signal' | 'memory'> {
  readonly config: ConfigSource;
  readonly memory: Remembered;
  readonly file: StatusFile | undefined;
  readonly keys: Pick<Adder<StatusReconcileKey>, 'add'>;
}

/** A process that has not read the newest configuration waits until it has: it would undo what another one did. */
const BEHIND_MS = 5_000;

/** Contexts of open pull requests after a change of the configuration (status-reconciler; jobs 11): which repositories have changed, and each of them. */
export const statusReconcileQueue = defineQueue<StatusReconcileKey, StatusReconcileDeps>({
  name: 'statusReconcile',
  payload: Payload,
  dedupe: (payload) => (payload.kind === 'all' ? 'all' : payload.repo),
  retry: { attempts: 8, backoffMs: 2_000, maxBackoffMs: 120_000 },
  concurrency: 2,
  timeoutMs: 1_800_000,
  // Repairs what was lost or given up.
  tick: { everyMs: 300_000, payload: { kind: 'all' } },
  async process(payload, { config: source, memory, file, keys, ...deps }, { signal }) {
    const config = source.current();
    const newest = await memory.announced();
    if (newest !== undefined && newest !== config.revision) return { lookAgainAt: deps.clock.now() + BEHIND_MS };
    if (payload.kind === 'all') return findChanged({ config, memory, file, log: deps.log, signal, look: (repo) => keys.add({ kind: 'repo', repo }) });
    // One key writes the file, so that no older state overwrites a newer one.
    if ((await reconcileRepo(parseSlug(payload.repo), { ...deps, config, memory, signal })) === 'changed' && file) await keys.add({ kind: 'all' });
    return undefined;
  },
});
