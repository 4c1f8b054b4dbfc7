import { z } from 'zod';
import type { Snapshot } from '../../config/snapshot.js';
import type { Log } from '../../core/ports/log.js';
import type { Remembered } from '../../core/ports/remembered.js';
import type { Storage } from '../../core/ports/storage.js';
import { KnownRepo, knownOf, readKnown, sameJobs } from './known.js';

/** The file of `--status-path`, where what is remembered outlives Redis. */
export interface StatusFile {
  readonly uri: string;
  readonly storage: Pick<Storage, 'read' | 'write'>;
  readonly mode: 'act' | 'dry';
}

export interface FindDeps {
  readonly config: Pick<Snapshot, 'jobs'>;
  readonly memory: Remembered;
  readonly file: StatusFile | undefined;
  readonly look: (repo: string) => Promise<void>;
  readonly log: Log;
  readonly signal: AbortSignal;
}

const Content = z.object({ version: z.literal(1), repos: z.record(z.string(), KnownRepo) });
/** Keys of job files that are repositories of GitHub. */
const isRepo = (key: string): boolean => /^[\w.-]+\/[\w.-]+$/.test(key);

/**
 * Has every repository looked at whose jobs are not those that were last reconciled, and keeps what is remembered in the file. The first
 * time there is nothing to compare with: then the file counts, and without one the jobs are taken as they are.
 */
export async function findChanged({ config, memory, file, look, log, signal }: FindDeps): Promise<void> {
  const now = new Map([...config.jobs.presubmits].filter(([repo]) => isRepo(repo)).map(([repo, jobs]) => [repo, jobs.map(knownOf)] as const));
  if (!(await memory.begun())) {
    const restored = file && (await readFile(file, { log, signal }));
    await memory.begin(restored ?? new Map([...now].map(([repo, jobs]) => [repo, JSON.stringify({ generation: 0, jobs } satisfies KnownRepo)])));
  }
  const known = new Map([...(await memory.all())].map(([repo, text]) => [repo, readKnown(text)] as const));
  for (const repo of new Set([...now.keys(), ...known.keys()])) if (!sameJobs(known.get(repo)?.jobs ?? [], now.get(repo) ?? [])) await look(repo);
  if (file?.mode === 'act') await keep(file, known, signal);
}

/** Undefined when there is none. One that makes no sense is put aside: it may be somebody else's. */
async function readFile({ uri, storage, mode }: StatusFile, { log, signal }: Pick<FindDeps, 'log' | 'signal'>): Promise<ReadonlyMap<string, string> | undefined> {
  const bytes = await storage.read(uri, { signal });
  if (!bytes) return undefined;
  try {
    const { repos } = Content.parse(JSON.parse(Buffer.from(bytes).toString('utf8')));
    return new Map(Object.entries(repos).map(([repo, one]) => [repo, JSON.stringify(one)]));
  } catch (err) {
    log.error({ err, uri }, 'the file of --status-path makes no sense and is put aside; the jobs are taken as they are');
    if (mode === 'act') await storage.write(`${uri}.unreadable`, bytes, { signal });
    return undefined;
  }
}

async function keep({ uri, storage }: StatusFile, known: ReadonlyMap<string, KnownRepo>, signal: AbortSignal): Promise<void> {
  const text = JSON.stringify({ version: 1, repos: Object.fromEntries([...known].sort(([a], [b]) => (a < b ? -1 : 1))) } satisfies z.infer<typeof Content>);
  const there = await storage.read(uri, { signal });
  if (there === undefined || Buffer.from(there).toString('utf8') !== text) await storage.write(uri, text, { signal, contentType: 'application/json' });
}
