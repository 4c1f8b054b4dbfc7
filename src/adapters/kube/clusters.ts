import type { BuildCluster, BuildClusters, ClusterFault, ClusterHealth } from '../../core/ports/kube.js';
import type { Context } from './contexts.js';
import { openMember, type Condition, type Member } from './member.js';
import type { Opening } from './opening.js';
import { openPods } from './pods.js';

/** Build clusters that follow the kubeconfigs. */
export interface FollowedClusters extends BuildClusters, AsyncDisposable {
  /** Opens what is new, closes what is gone or different, and leaves the rest as it is. Resolves when each new one has answered, or failed, once. */
  follow(clusters: ReadonlyMap<string, Context>): Promise<void>;
}

/** What an alias leads to. */
type Named = Readonly<{ print: string; member: Member; cluster: BuildCluster }>;

/** Build clusters, none of which waits for another. Aliases of one server, user and namespace share one member, and so one watch. */
export function openClusters(opening: Opening): FollowedClusters {
  const { log } = opening;
  const members = new Map<string, Member>();
  const aliases = new Map<string, Named>();
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) {
      try {
        listener();
      } catch (err) {
        log.error({ err }, 'a listener to build clusters failed');
      }
    }
  };
  const changed = (print: string, before: Condition, now: Condition): void => {
    for (const [alias, named] of aliases) {
      if (named.print !== print) continue;
      opening.onState?.(alias, now.state);
      if (now.state === 'Reachable') log.info({ cluster: alias }, 'build cluster can be used');
      else log.warn({ cluster: alias, state: now.state, reason: now.text }, 'build cluster cannot be used');
    }
    if (before.state !== now.state) tell();
  };
  const memberOf = (alias: string, context: Context): Member => {
    const { print } = context;
    const member = members.get(print) ?? openMember(alias, context, opening, (before, now) => { changed(print, before, now); });
    members.set(print, member);
    return member;
  };
  return {
    names: () => [...aliases.keys()].sort(),
    get(asked): BuildCluster | ClusterFault {
      const alias = asked === '' ? 'default' : asked;
      const named = aliases.get(alias);
      if (!named) return { kind: 'fault', why: 'unknown', text: `there is no build cluster ${alias}` };
      const { state, text } = named.member.condition();
      return state === 'Reachable' ? named.cluster : { kind: 'fault', why: 'down', text: `the build cluster ${alias} cannot be used: ${text ?? state}` };
    },
    each: () => [...aliases.values()].filter(({ member }) => member.condition().state === 'Reachable').map(({ cluster }) => cluster),
    health: (): readonly ClusterHealth[] =>
      [...aliases].sort(([a], [b]) => (a < b ? -1 : 1)).map(([alias, { member }]) => ({ alias, ...member.condition(), synced: member.index.synced() })),
    onChange(listener) {
      listeners.add(listener);
      return () => { listeners.delete(listener); };
    },
    async follow(wanted) {
      const leaving = [...aliases].filter(([alias, { print }]) => wanted.get(alias)?.print !== print);
      const coming = [...wanted].filter(([alias, { print }]) => aliases.get(alias)?.print !== print);
      for (const [alias] of leaving) aliases.delete(alias);
      for (const [alias, context] of coming) {
        const member = memberOf(alias, context);
        const pods = openPods({ http: member.http, alias, namespace: opening.podNamespace, mode: opening.mode, log });
        aliases.set(alias, { print: context.print, member, cluster: { kind: 'cluster', alias, pods, index: member.index } });
      }
      const used = new Set([...aliases.values()].map(({ print }) => print));
      const unused = [...members].filter(([print]) => !used.has(print));
      for (const [print] of unused) members.delete(print);
      if (leaving.length > 0 || coming.length > 0) tell();
      await Promise.all([...unused.map(([, member]) => member[Symbol.asyncDispose]()), ...coming.map(([alias]) => aliases.get(alias)?.member.answered)]);
    },
    async [Symbol.asyncDispose]() {
      const all = [...members.values()];
      members.clear();
      aliases.clear();
      await Promise.all(all.map((member) => member[Symbol.asyncDispose]()));
    },
  };
}
