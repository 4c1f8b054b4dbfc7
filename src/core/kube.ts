/** Kubernetes objects as far as this side reads them; unknown fields are kept, so that an object can be written back whole. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  /** Opaque: compared for equality only. */
  readonly resourceVersion?: string;
  readonly creationTimestamp?: string;
  /** Set once deletion was asked for; the object stays until its finalizers are gone and, for a pod, its containers ended. */
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly [key: string]: unknown;
}

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** One object among those of its kind in one cluster. */
export interface ObjectKey {
  readonly namespace: string;
  readonly name: string;
}

/** A pod as it is handed to the API server; the adapter sets the namespace. */
export interface NewPod {
  readonly apiVersion: 'v1';
  readonly kind: 'Pod';
  readonly metadata: Readonly<{
    name: string;
    labels?: Readonly<Record<string, string>>;
    annotations?: Readonly<Record<string, string>>;
    finalizers?: readonly string[];
  }>;
  readonly spec: Readonly<Record<string, unknown>>;
}

export interface EnvValue {
  readonly name: string;
  readonly value?: string;
  readonly [key: string]: unknown;
}

/** The env of a container is read for `BUILD_ID` of pods without the label (jobs 6.4). */
export interface Container {
  readonly name: string;
  readonly image?: string;
  readonly env?: readonly EnvValue[];
  readonly [key: string]: unknown;
}

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly nodeName?: string;
  readonly serviceAccountName?: string;
  readonly [key: string]: unknown;
}

/** Exactly one of the three is set; none means waiting. */
export interface ContainerState {
  readonly waiting?: Readonly<{ reason?: string; message?: string }>;
  readonly running?: Readonly<{ startedAt?: string }>;
  readonly terminated?: Readonly<{ exitCode: number; signal?: number; reason?: string; message?: string; startedAt?: string; finishedAt?: string }>;
}

export interface ContainerStatus {
  readonly name: string;
  readonly ready?: boolean;
  readonly restartCount?: number;
  readonly image?: string;
  readonly imageID?: string;
  readonly containerID?: string;
  readonly state?: ContainerState;
  readonly lastState?: ContainerState;
  readonly [key: string]: unknown;
}

export type PodPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';

export interface PodCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
  readonly [key: string]: unknown;
}

export interface PodStatus {
  /** Another word counts as none of these (jobs 6.5, rule 16). */
  readonly phase?: PodPhase;
  /** `Evicted`, `NodeLost`, `Terminated`, … */
  readonly reason?: string;
  readonly message?: string;
  /** When a node took the pod; missing while it is not scheduled. */
  readonly startTime?: string;
  readonly conditions?: readonly PodCondition[];
  readonly initContainerStatuses?: readonly ContainerStatus[];
  readonly containerStatuses?: readonly ContainerStatus[];
  readonly [key: string]: unknown;
}

export interface Pod extends KubeObject {
  readonly apiVersion: 'v1';
  readonly kind: 'Pod';
  readonly spec: PodSpec;
  /** Missing only right after creation. */
  readonly status?: PodStatus;
}

/** A core/v1 Event about a pod, as the pod information of a run keeps it (jobs 10.7). */
export interface KubeEvent extends KubeObject {
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly count?: number;
  readonly firstTimestamp?: string | null;
  readonly lastTimestamp?: string | null;
  readonly eventTime?: string | null;
  readonly involvedObject: Readonly<{ kind?: string; namespace?: string; name?: string; uid?: string }>;
}

/** The label that every object of Prow's carries, and the one that leads from a pod to its ProwJob (jobs 1.9). */
export const CREATED_BY_PROW = 'created-by-prow';
export const ID_LABEL = 'prow.k8s.io/id';
export const BUILD_ID_LABEL = 'prow.k8s.io/build-id';

/** The ProwJob that a pod belongs to: its label, else its own name (jobs 8). */
export function prowJobOf(pod: Pick<Pod, 'metadata'>): string {
  return pod.metadata.labels?.[ID_LABEL] ?? pod.metadata.name;
}
