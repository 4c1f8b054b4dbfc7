import type { Presubmit } from '../../config/jobs/schema.js';
import type { Pull } from '../../core/event.js';
import type { ContextState } from '../../core/ports/github.js';
import { isComplete, type ProwJob } from '../../core/prowjob.js';
import type { PluginContext } from '../plugin.js';

function stateOf(job: ProwJob): ContextState['state'] {
  if (job.status.state === 'success') return 'success';
  return isComplete(job) || job.status.state === 'aborted' ? 'failure' : 'pending';
}

/**
 * How the jobs stand on this head that report nothing to GitHub, by the newest ProwJob of each. Without it every `/retest` would run
 * them again (K32); with upstream's style it does, as there.
 */
export async function silentStates(presubmits: readonly Presubmit[], pull: Pull, { config, jobs, signal }: Pick<PluginContext, 'config' | 'jobs' | 'signal'>): Promise<readonly ContextState[]> {
  const silent = new Set(presubmits.filter((job) => job.skip_report).map(({ context }) => context));
  if (silent.size === 0 || config.plugins.comment_style === 'upstream') return [];
  const made = await jobs.list({ 'prow.k8s.io/refs.org': pull.org, 'prow.k8s.io/refs.repo': pull.name, 'prow.k8s.io/refs.pull': String(pull.number), 'prow.k8s.io/type': 'presubmit' }, { signal });
  const newest = new Map<string, ProwJob>();
  for (const job of made) {
    const { context = '', refs } = job.spec;
    if (!silent.has(context) || refs?.pulls?.[0]?.sha !== pull.headSha) continue;
    if ((newest.get(context)?.status.startTime ?? '') <= (job.status.startTime ?? '')) newest.set(context, job);
  }
  return [...newest].map(([context, job]) => ({ context, state: stateOf(job), description: '', url: '', source: 'status' }));
}
