import { CREATED_BY_PROW, type Pod } from '../../core/kube.js';
import type { ClusterState, Index, PodLookup } from '../../core/ports/kube.js';
import { toError } from '../../core/retry.js';
import { deniedVerbs, VERBS_FOR } from './access.js';
import type { Context } from './contexts.js';
import type { KubeHttp } from './http.js';
import { podLookups } from './lookups.js';
import { openMemory, type Memory } from './memory.js';
import { podsPath } from './pods.js';
import { reflect } from './reflector.js';
import { pause } from './retry.js';
import type { Opening } from './opening.js';
import { trimPods } from './trim.js';

/** How often a cluster that cannot be used is asked again (upstream asks every 5 s), and one that can. */
const ASK_FAILED_MS = 5_000;
const ASK_WELL_MS = 60_000;
/** So many failures of its watch in a row, about four seconds, and a cluster counts as down until it answers again. */
const DOWN_AFTER = 4;

/** How a cluster is; the text says what is wrong, for people. */
export type Condition = Readonly<{ state: ClusterState; text?: string | undefined }>;

/** One server as one user: asks what is allowed, and keeps one list and watch of pods, by however many names it is known. */
export interface Member extends AsyncDisposable {
  readonly index: Index<Pod, PodLookup>;
  readonly http: () => KubeHttp;
  /** Resolves when it has answered, or failed, once. */
  readonly answered: Promise<void>;
  condition(): Condition;
}

/** Opens it; `name` is for logs, `onChange` is told the condition before and now. */
export function openMember(name: string, context: Context, opening: Opening, onChange: (before: Condition, now: Condition) => void): Member {
  const { podNamespace, pods, log, watching, connect } = opening;
  const index: Memory<Pod, PodLookup> = openMemory(podLookups, log);
  const over = new AbortController();
  let http: KubeHttp | undefined;
  let access: Condition = { state: 'Error', text: 'it has not answered yet' };
  let watch: Readonly<{ failures: number; error?: Error }> = { failures: 0 };
  let reflecting: Promise<void> | undefined;

  const condition = (): Condition => (access.state === 'Reachable' && watch.failures >= DOWN_AFTER ? { state: 'Error', text: watch.error?.message } : access);
  const change = (what: () => void) => {
    const before = condition();
    what();
    const now = condition();
    if (before.state !== now.state || before.text !== now.text) onChange(before, now);
  };
  const ask = async (): Promise<void> => {
    let found: Condition;
    try {
      http ??= connect(context);
    } catch (error) {
      change(() => { access = { state: 'No-Manager', text: toError(error).message }; });
      return;
    }
    try {
      const denied = await deniedVerbs(http, podNamespace(), VERBS_FOR[pods], AbortSignal.any([over.signal, AbortSignal.timeout(opening.askMs)]));
      found = denied.length === 0 ? { state: 'Reachable' } : { state: 'MissingPermissions', text: `this installation may not ${denied.join(', ')} pods in namespace ${podNamespace()}` };
    } catch (error) {
      found = { state: 'Error', text: toError(error).message };
    }
    if (over.signal.aborted) return;
    change(() => { access = found; });
    if (found.state !== 'Reachable' || watching !== 'jobs and pods' || reflecting) return;
    reflecting = reflect<Pod>({
      ...opening.reflecting, what: `pods of ${name}`, http, path: () => podsPath(podNamespace()), labelSelector: `${CREATED_BY_PROW}=true`, trim: trimPods(), memory: index,
      onState: (now) => { change(() => { watch = now === 'well' ? { failures: 0 } : now; }); },
    }, over.signal);
  };
  const answered = ask();
  const tending = answered.then(async () => {
    while (!over.signal.aborted) {
      await pause((condition().state === 'Reachable' ? ASK_WELL_MS : ASK_FAILED_MS) * (0.8 + opening.reflecting.random() * 0.4), over.signal).catch(() => undefined);
      if (!over.signal.aborted) await ask();
    }
  });
  return {
    index,
    http: () => (http ??= connect(context)),
    answered,
    condition,
    async [Symbol.asyncDispose]() {
      over.abort(new Error(`the build cluster ${name} was closed`));
      await Promise.all([tending, reflecting]);
      http?.[Symbol.dispose]();
    },
  };
}
