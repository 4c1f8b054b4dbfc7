import type { ClusterState } from '../../core/ports/kube.js';
import type { Log } from '../../core/ports/log.js';
import type { PodUse } from './access.js';
import type { Context } from './contexts.js';
import type { KubeHttp } from './http.js';
import type { Reflecting } from './reflector.js';

/** What the parts of the adapter need to open a cluster. */
export interface Opening {
  /** `pod_namespace` as it is now. */
  readonly podNamespace: () => string;
  readonly mode: 'act' | 'dry';
  /** Which indexes are kept. Without one an index stays empty and never becomes synced. */
  readonly watching: 'nothing' | 'jobs' | 'jobs and pods';
  /** What is done with pods, and so has to be allowed. */
  readonly pods: PodUse;
  /** How long a cluster may take to say what is allowed. */
  readonly askMs: number;
  readonly connect: (context: Context) => KubeHttp;
  readonly reflecting: Pick<Reflecting<never>, 'clock' | 'random' | 'timings' | 'log'>;
  /** For metrics: a build cluster changed its state. */
  readonly onState?: ((alias: string, state: ClusterState) => void) | undefined;
  readonly log: Log;
}
