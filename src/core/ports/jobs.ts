import type { ProwJob } from '../prowjob.js';

export type LabelSelector = Readonly<Record<string, string>>;

/** ProwJobs in the Kubernetes API, in `prowjob_namespace`. Methods throw RemoteError for what the API refused or did not answer. */
export interface ProwJobs {
  find(name: string, options: { signal: AbortSignal }): Promise<ProwJob | undefined>;
  list(selector: LabelSelector, options: { signal: AbortSignal }): Promise<readonly ProwJob[]>;
  /** 409 means it is there already, which is success: the name says what it is for. */
  create(job: ProwJob, options: { signal: AbortSignal }): Promise<'created' | 'existed'>;
  /** Sets state `aborted` and the description without completing it; conflicts are read again. `gone` when it is complete or deleted. */
  abort(name: string, description: string, options: { signal: AbortSignal }): Promise<'aborted' | 'gone'>;
  /**
   * Writes the whole object that was read with its `resourceVersion`. `conflict`: somebody else wrote it meanwhile: read and decide
   * again (after a lost answer the somebody may have been this call). `gone`: it was deleted. Throws when the job carries no resourceVersion.
   */
  replace(job: ProwJob, options: { signal: AbortSignal }): Promise<'replaced' | 'conflict' | 'gone'>;
  /** Deletes it; with a uid nothing but that very object, and another one of its name counts as `gone`. */
  remove(name: string, options: { signal: AbortSignal; uid?: string | undefined }): Promise<'removed' | 'gone'>;
}
