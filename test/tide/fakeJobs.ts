import type { MergeResult } from '../../src/core/ports/git.js';
import type { ProwJob } from '../../src/core/prowjob.js';
import type { TideJobs } from '../../src/tide/tests.js';
import { NOW } from './fixtures.js';

/** A cluster's ProwJobs and an index that shows them as late as a test wants. */
export class FakeJobs implements TideJobs {
  readonly all = new Map<string, ProwJob>();
  /** What the index shows; undefined: all there is. */
  shown: ReadonlyMap<string, ProwJob> | undefined;
  isSynced = true;
  /** Whether heads merge onto one another. */
  merges: (heads: readonly string[]) => boolean = () => true;
  paths: readonly string[] = [];
  readonly calls: string[] = [];
  #made = 0;

  readonly index: TideJobs['index'] = {
    synced: () => this.isSynced,
    get: (_namespace, name) => (this.shown ?? this.all).get(name),
    by: (lookup, value) => [...(this.shown ?? this.all).values()].filter(({ spec: { refs } }) => lookup === 'branch' && refs && `${refs.org}/${refs.repo}@${refs.base_ref}` === value),
  };
  readonly jobs: TideJobs['jobs'] = {
    find: async (name) => this.all.get(name),
    create: async (job) => {
      this.calls.push(`create ${job.spec.job} of ${numbers(job)}`);
      if (this.all.has(job.metadata.name)) return 'existed';
      this.all.set(job.metadata.name, { ...job, metadata: { ...job.metadata, creationTimestamp: new Date(NOW + this.#made++ * 1_000).toISOString() } });
      return 'created';
    },
    abort: async (name) => {
      const job = this.all.get(name);
      if (!job || job.status.completionTime !== undefined) return 'gone';
      this.calls.push(`abort ${job.spec.job} of ${numbers(job)}`);
      this.end(name, 'aborted');
      return 'aborted';
    },
  };
  readonly git: TideJobs['git'] = {
    tryMerge: async (_repo, base, heads): Promise<MergeResult> => {
      for (let n = 1; n <= heads.length; n++) {
        const head = heads[n - 1] ?? '';
        if (!this.merges(heads.slice(0, n))) return { kind: 'conflict', head, files: [] };
      }
      return { kind: 'clean', sha: base, tree: base };
    },
  };

  async files(): Promise<readonly string[]> {
    this.calls.push('files');
    return this.paths;
  }

  end(name: string, state: ProwJob['status']['state']): void {
    const job = this.all.get(name);
    if (job) this.all.set(name, { ...job, status: { ...job.status, state, completionTime: new Date(NOW).toISOString() } });
  }

  running(): readonly ProwJob[] {
    return [...this.all.values()].filter(({ status }) => status.completionTime === undefined);
  }
}

export const numbers = ({ spec }: ProwJob): string => spec.refs?.pulls?.map(({ number }) => number).join('+') ?? '';
