import { z } from 'zod';
import type { Log } from '../core/ports/log.js';
import type { PoolMember, TideMemory } from '../core/ports/merging.js';
import type { Storage } from '../core/ports/storage.js';
import type { History, HistoryRecord, HistoryTarget, TideHistory } from '../core/ports/tide.js';

/** One record of what was done; targets by number, and nothing that is empty (tide 18). */
export function historyRecord(action: HistoryRecord['action'], targets: readonly HistoryTarget[], { at, baseSha, error }: Readonly<{ at: number; baseSha: string; error?: string | undefined }>): HistoryRecord {
  const target = [...targets].sort((a, b) => a.number - b.number);
  return {
    time: new Date(at).toISOString(), action, ...(baseSha === '' ? {} : { baseSHA: baseSha }), ...(target.length === 0 ? {} : { target }),
    ...(error === undefined || error === '' ? {} : { err: error }), tenantids: [],
  };
}

/** A pull request as records name it. */
export const historyTarget = ({ number, author, headSha, title, headRef }: Pick<PoolMember, 'number' | 'author' | 'headSha' | 'title' | 'headRef'>): HistoryTarget =>
  ({ number, author: author.login, sha: headSha, title, head_ref: headRef });

/** Whether a merge of this head stands in the records already. */
export const hasMerge = (records: readonly HistoryRecord[], number: number, headSha: string): boolean =>
  records.some(({ action, target = [], err }) => err === undefined && action.startsWith('MERGE') && target.some((one) => one.number === number && one.sha === headSha));

const Target = z.object({ number: z.number(), author: z.string().default(''), sha: z.string().default(''), title: z.string().default(''), head_ref: z.string().default('') });
const RecordText = z.object({
  time: z.string(), action: z.enum(['TRIGGER', 'TRIGGER_BATCH', 'MERGE', 'MERGE_BATCH']), baseSHA: z.string().optional(), target: z.array(Target).nullish().transform((all) => all ?? undefined),
  err: z.string().optional(), tenantids: z.array(z.string()).nullish().transform((all) => all ?? null),
});
const HistoryText = z.record(z.string(), z.array(RecordText).nullable());

/** Reads an object of records, upstream's as well as ours. `undefined`: it is none. */
export function parseHistory(text: string): History | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = HistoryText.safeParse(value);
  if (!parsed.success) return undefined;
  const newest = (a: HistoryRecord, b: HistoryRecord) => Date.parse(b.time) - Date.parse(a.time);
  return new Map(Object.entries(parsed.data).map(([pool, records]) => [pool, [...(records ?? [])].sort(newest)]));
}

export interface KeepDeps {
  readonly uri: string;
  readonly storage: Pick<Storage, 'read' | 'write'>;
  readonly history: TideHistory;
  readonly memory: Pick<TideMemory, 'get' | 'set'>;
  readonly log: Log;
}

const WRITE_MS = 30_000;
const LONG = 365 * 24 * 60 * 60_000;

/**
 * Brings the records of earlier days back where Redis does not have them, then writes all of them if there are new ones. An object that cannot be
 * reached is neither read nor overwritten, and the next round tries again; one that makes no sense is kept beside the new one (tide F-29).
 */
export async function keepHistory({ uri, storage, history, memory, log }: KeepDeps, { signal }: Readonly<{ signal: AbortSignal }>): Promise<void> {
  const options = { signal: AbortSignal.any([signal, AbortSignal.timeout(WRITE_MS)]) };
  const restored = `history:restored:${uri}`;
  const written = `history:written:${uri}`;
  if ((await memory.get(restored)) === undefined) {
    const bytes = await storage.read(uri, options);
    const text = bytes === undefined ? '{}' : new TextDecoder().decode(bytes);
    const before = parseHistory(text);
    if (!before) {
      await storage.write(`${uri}.unreadable`, text, { ...options, ifAbsent: true });
      log.error({ uri, kept: `${uri}.unreadable` }, 'the history of Tide cannot be understood; it begins anew');
    }
    for (const [pool, records] of before ?? []) await history.restore(uri, pool, records);
    await memory.set(restored, 'yes', LONG);
  }
  const version = String(await history.version());
  if ((await memory.get(written)) === version || version === '0') return;
  await storage.write(uri, JSON.stringify(Object.fromEntries(await history.all())), { ...options, contentType: 'application/json' });
  await memory.set(written, version, LONG);
}
