import type { Redis } from 'ioredis';
import type { IssueRef } from '../core/ids.js';
import { issueKey } from '../core/ids.js';
import type { Said, Saying } from '../core/ports/said.js';
import { SAID_SCRIPT } from './events/scripts.js';
import { runIdOf, scriptOf } from './events/server.js';

export interface SaidDeps {
  readonly redis: Redis;
  readonly prefix: string;
  readonly uuid: () => string;
}

/** An issue's memory is dropped so long after the last comment; of an issue that is older nothing is certain. */
const KEEP_MS = 90 * 86_400_000;
/** What is so little younger than the memory counts as older: clocks of machines differ. */
const MARGIN_MS = 2_000;

const made = (plugin: string, purpose: string, id: number): string => `${plugin}/${purpose} ${id}`;
const begun = ({ plugin, purpose, delivery }: Saying): string => `${plugin}/${purpose} ?${delivery}`;

/** What was said, in Redis: a set for each issue with `PLUGIN/PURPOSE ID`, or `?DELIVERY` for the id as long as the comment is being made. */
export function createSaid({ redis, prefix, uuid }: SaidDeps): Said {
  const runId = runIdOf(redis);
  const said = scriptOf(redis, 'prowSaid', SAID_SCRIPT);
  const keyOf = (issue: IssueRef): string => `${prefix}:said:${issueKey(issue).toLowerCase()}`;
  return {
    async begin(saying) {
      const key = keyOf(saying.issue);
      await redis.multi().sadd(key, begun(saying)).pexpire(key, KEEP_MS).exec();
    },
    async finish(saying, id) {
      const key = keyOf(saying.issue);
      await redis.multi().sadd(key, made(saying.plugin, saying.purpose, id)).srem(key, begun(saying)).pexpire(key, KEEP_MS).exec();
    },
    async forget(issue, id) {
      const key = keyOf(issue);
      const gone = (await redis.smembers(key)).filter((one) => one.endsWith(` ${id}`));
      if (gone.length > 0) await redis.srem(key, ...gone);
    },
    async ids(plugin, purpose, issue, since) {
      const created = Date.parse(since ?? '');
      if (Number.isNaN(created)) return undefined;
      const all = (await said(prefix, await runId(), uuid(), keyOf(issue), created, MARGIN_MS, KEEP_MS)) as string[] | null;
      const ours = all?.filter((one) => one.startsWith(`${plugin}/${purpose} `)).map((one) => one.slice(one.lastIndexOf(' ') + 1));
      return ours?.some((id) => id.startsWith('?')) ? undefined : ours?.map(Number);
    },
  };
}
