import { CREATED_BY_PROW, type Pod } from '../../core/kube.js';
import type { BuildCluster, BuildClusters, ClusterFault, ClusterHealth, ClusterState, PodLookup } from '../../core/ports/kube.js';
import { toError } from '../../core/retry.js';
import { deniedVerbs, POD_VERBS } from './access.js';
import type { Context } from './contexts.js';
import type { KubeHttp } from './http.js';
import { podLookups } from './lookups.js';
import { openMemory, type Memory } from './memory.js';
import { openPods, podsPath } from './pods.js';
import { reflect } from './reflector.js';
import { pause } from './retry.js';
import type { Opening } from './opening.js';
import { trimPods } from './trim.js';

/** How often a cluster that cannot be used is asked again (upstream asks every 5 s), and one that can. */
const ASK_FAILED_MS = 5_000;
const ASK_WELL_MS = 60_000;
/** So many failures of its watch in a row, about four seconds, and a cluster counts as down until it answers again. */
const DOWN_AFTER = 4;

/** Build clusters that follow the kubeconfigs. */
export interface FollowedClusters extends BuildClusters, AsyncDisposable {
  /** Opens what is new, closes what is gone or different, and leaves the rest as it is. Resolves when each new one has answered, or failed, once. */
  follow(clusters: ReadonlyMap<string, Context>): Promise<void>;
}

interface Member extends AsyncDisposable {
  readonly print: string;
  readonly cluster: BuildCluster;
  readonly answered: Promise<void>;
  state(): Readonly<{ state: ClusterState; text?: string | undefined }>;
}

/** Build clusters, none of which waits for another. */
export function openClusters(opening: Opening): FollowedClusters {
  const { log } = opening;
  const members = new Map<string, Member>();
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
  return {
    names: () => [...members.keys()].sort(),
    get(asked): BuildCluster | ClusterFault {
      const alias = asked === '' ? 'default' : asked;
      const member = members.get(alias);
      if (!member) return { kind: 'fault', why: 'unknown', text: `there is no build cluster ${alias}` };
      const { state, text } = member.state();
      return state === 'Reachable' ? member.cluster : { kind: 'fault', why: 'down', text: `the build cluster ${alias} cannot be used: ${text ?? state}` };
    },
    each: () => [...members.values()].filter((member) => member.state().state === 'Reachable').map(({ cluster }) => cluster),
    health: (): readonly ClusterHealth[] =>
      [...members].sort(([a], [b]) => (a < b ? -1 : 1)).map(([alias, member]) => ({ alias, ...member.state(), synced: member.cluster.index.synced() })),
    onChange(listener) {
      listeners.add(listener);
      return () => { listeners.delete(listener); };
    },
    async follow(wanted) {
      const leaving = [...members].filter(([alias, { print }]) => wanted.get(alias)?.print !== print);
      const coming = [...wanted].filter(([alias, { print }]) => members.get(alias)?.print !== print);
      for (const [alias] of leaving) members.delete(alias);
      for (const [alias, context] of coming) members.set(alias, openMember(alias, context, opening, tell));
      if (leaving.length > 0 || coming.length > 0) tell();
      await Promise.all([...leaving.map(([, member]) => member[Symbol.asyncDispose]()), ...coming.map(([alias]) => members.get(alias)?.answered)]);
    },
    async [Symbol.asyncDispose]() {
      const all = [...members.values()];
      members.clear();
      await Promise.all(all.map((member) => member[Symbol.asyncDispose]()));
    },
  };
}

function openMember(alias: string, context: Context, opening: Opening, tell: () => void): Member {
  const { podNamespace, mode, log, watching, connect } = opening;
  const index: Memory<Pod, PodLookup> = openMemory(podLookups, log);
  const over = new AbortController();
  let http: KubeHttp | undefined;
  let access: Readonly<{ state: ClusterState; text?: string | undefined }> = { state: 'Error', text: 'it has not answered yet' };
  let watch: Readonly<{ failures: number; error?: Error }> = { failures: 0 };
  let reflecting: Promise<void> | undefined;

  const state = (): ReturnType<Member['state']> => (access.state === 'Reachable' && watch.failures >= DOWN_AFTER ? { state: 'Error', text: watch.error?.message } : access);
  const change = (what: () => void) => {
    const before = state();
    what();
    const now = state();
    if (before.state === now.state && before.text === now.text) return;
    opening.onState?.(alias, now.state);
    if (now.state === 'Reachable') log.info({ cluster: alias }, 'build cluster can be used');
    else log.warn({ cluster: alias, state: now.state, reason: now.text }, 'build cluster cannot be used');
    if (before.state !== now.state) tell();
  };
  const ask = async (): Promise<void> => {
    let found: typeof access;
    try {
      http ??= connect(context);
    } catch (error) {
      change(() => { access = { state: 'No-Manager', text: toError(error).message }; });
      return;
    }
    try {
      const denied = await deniedVerbs(http, podNamespace(), mode === 'dry' ? ['get', 'list', 'watch'] : POD_VERBS, AbortSignal.any([over.signal, AbortSignal.timeout(opening.askMs)]));
      found = denied.length === 0 ? { state: 'Reachable' } : { state: 'MissingPermissions', text: `this installation may not ${denied.join(', ')} pods in namespace ${podNamespace()}` };
    } catch (error) {
      found = { state: 'Error', text: toError(error).message };
    }
    if (over.signal.aborted) return;
    change(() => { access = found; });
    if (found.state !== 'Reachable' || watching !== 'jobs and pods' || reflecting) return;
    reflecting = reflect<Pod>({
      ...opening.reflecting, what: `pods of ${alias}`, http, path: () => podsPath(podNamespace()), labelSelector: `${CREATED_BY_PROW}=true`, trim: trimPods(), memory: index,
      onState: (now) => { change(() => { watch = now === 'well' ? { failures: 0 } : now; }); },
    }, over.signal);
  };
  const answered = ask();
  const tending = answered.then(async () => {
    while (!over.signal.aborted) {
      await pause((state().state === 'Reachable' ? ASK_WELL_MS : ASK_FAILED_MS) * (0.8 + opening.reflecting.random() * 0.4), over.signal).catch(() => undefined);
      if (!over.signal.aborted) await ask();
    }
  });
  const pods = openPods({ http: () => (http ??= connect(context)), alias, namespace: podNamespace, mode, log });
  return {
    print: context.print,
    cluster: { kind: 'cluster', alias, pods, index },
    answered,
    state,
    async [Symbol.asyncDispose]() {
      over.abort(new Error(`the build cluster ${alias} was closed`));
      await Promise.all([tending, reflecting]);
      http?.[Symbol.dispose]();
    },
  };
}
