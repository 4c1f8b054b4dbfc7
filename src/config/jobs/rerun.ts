import type { ProwJob } from '../../core/prowjob.js';
import type { ProwConfig } from '../prow/schema.js';
import { prowJob } from './build.js';

export interface Rerun {
  readonly config: Pick<ProwConfig, 'prowjob_namespace' | 'scheduler'>;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Annotations that say something of the old run alone. */
const OWN: readonly string[] = ['prow.k8s.io/check-run-id'];

/** A new ProwJob that does what an old one did: its spec, labels and annotations (deck 7.1, mode `original`). */
export function rerunOf({ spec, metadata }: ProwJob, making: Rerun): ProwJob {
  const annotations = Object.fromEntries(Object.entries(metadata.annotations ?? {}).filter(([key]) => !OWN.includes(key)));
  return prowJob(structuredClone(spec), { ...making, labels: {} }, { labels: metadata.labels ?? {}, annotations });
}
