import { z } from 'zod';
import type { Presubmit } from '../../config/jobs/schema.js';
import { Regex } from '../../config/scalars.js';

/** What is remembered of a static presubmit: as much as a comparison with its successor needs. */
export const KnownJob = z.object({
  name: z.string(), context: z.string(),
  branches: z.array(Regex).readonly(), skip_branches: z.array(Regex).readonly(), run_if_changed: Regex, skip_if_only_changed: Regex,
  always_run: z.boolean(), optional: z.boolean(), skip_report: z.boolean(),
}).readonly();
export type KnownJob = z.infer<typeof KnownJob>;

/** The jobs of a repository that contexts were last reconciled with. `generation` counts how often: it keeps a job that comes back from being taken for its first coming. */
export const KnownRepo = z.object({ generation: z.int().nonnegative(), jobs: z.array(KnownJob).readonly() }).readonly();
export type KnownRepo = z.infer<typeof KnownRepo>;

export function knownOf({ name, context, branches, skip_branches, run_if_changed, skip_if_only_changed, always_run, optional, skip_report }: Presubmit): KnownJob {
  return { name, context, branches, skip_branches, run_if_changed, skip_if_only_changed, always_run, optional, skip_report };
}

/** Whether nothing that matters has changed. */
export function sameJobs(one: readonly KnownJob[], other: readonly KnownJob[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Throws for a text that `JSON.stringify` of a KnownRepo did not make: taking it for nothing would start every job anew. */
export function readKnown(text: string): KnownRepo {
  return KnownRepo.parse(JSON.parse(text));
}
