import type { ProwJob } from '../prowjob.js';

export type LabelSelector = Readonly<Record<string, string>>;

/** ProwJobs in the Kubernetes API. */
export interface ProwJobs {
  find(name: string, options: { signal: AbortSignal }): Promise<ProwJob | undefined>;
  list(selector: LabelSelector, options: { signal: AbortSignal }): Promise<readonly ProwJob[]>;
  /** 409 means it is there already, which is success: the name says what it is for. */
  create(job: ProwJob, options: { signal: AbortSignal }): Promise<'created' | 'existed'>;
  /** Sets state `aborted` and the description without completing it; conflicts are read again. `gone` when it is complete or deleted. */
  abort(name: string, description: string, options: { signal: AbortSignal }): Promise<'aborted' | 'gone'>;
}
