import { presubmitProwJob } from '../../config/jobs/build.js';
import type { Presubmit } from '../../config/jobs/schema.js';
import type { Action } from '../../core/action.js';
import type { Pull } from '../../core/event.js';
import { issueKey } from '../../core/ids.js';
import { cancelText, overrideText, passedByOverride, type Override } from '../../core/override.js';
import { uuidOf, type ProwJob } from '../../core/prowjob.js';
import { statusDescription } from '../../core/statusText.js';
import type { PluginContext } from '../plugin.js';
import type { Target } from './decide.js';

/** Somebody who overrides, and what they said. */
export interface Overriding {
  readonly pull: Pull;
  readonly baseSha: string;
  readonly login: string;
  /** Of the comment. */
  readonly url: string;
  readonly override: Override;
}

/** Makes contexts successful, one after the other: the ProwJob that a job would have had, then what GitHub shows. */
export function overrideActions(targets: readonly Target[], overriding: Overriding, context: Pick<PluginContext, 'config' | 'delivery' | 'clock'>): readonly Action[] {
  const { pull, baseSha, login, url, override } = overriding;
  const { org, name, headSha: sha } = pull;
  const repo = { org, name };
  const description = statusDescription(overrideText(login, override), baseSha);
  return targets.flatMap(({ context: of, job, status, check }): readonly Action[] => [
    ...(job ? [{ kind: 'prowjob.create', job: passedJob(job, overriding, context) } as const] : []),
    // A context that has never reported has neither; GitHub takes a status for it.
    ...(status || !check ? [{ kind: 'status.set', repo, sha, context: of, state: 'success', description, url: status?.url || url } as const] : []),
    ...(check ? [{ kind: 'check.pass', repo, sha, name: of, title: description, summary: `Overridden on behalf of ${login} by [a comment](${url}).` } as const] : []),
  ]);
}

/** A job that has passed because somebody says so. GitHub has been told, so nobody needs to report it there. */
function passedJob(job: Presubmit, { pull, baseSha, login, url, override }: Overriding, { config, delivery, clock }: Pick<PluginContext, 'config' | 'delivery' | 'clock'>): ProwJob {
  const now = clock.now();
  const name = uuidOf([delivery.id, 'override', override, issueKey(pull), job.name, job.context]);
  const made = presubmitProwJob(job, { config: config.prow, pull, baseSha, now, labels: { 'event-GUID': delivery.id }, name });
  const at = made.status.startTime ?? new Date(now).toISOString();
  return {
    ...made,
    status: { ...made.status, state: 'success', startTime: at, completionTime: at, url, description: overrideText(login, override), prev_report_states: { 'github-reporter': 'success' } },
  };
}

/** Takes back that the jobs of these contexts passed on this head because somebody said so. */
export function withdrawalActions(jobs: readonly ProwJob[], targets: readonly Target[], { pull: { headSha }, login }: Pick<Overriding, 'pull' | 'login'>): readonly Action[] {
  const contexts = new Set(targets.map(({ context }) => context));
  return jobs
    .filter((job) => passedByOverride(job) && contexts.has(job.spec.context ?? '') && job.spec.refs?.pulls?.[0]?.sha === headSha)
    .map(({ metadata: { name } }): Action => ({ kind: 'prowjob.withdraw', name, description: cancelText(login) }));
}

/** Makes contexts fail that were overridden. */
export function cancelActions(targets: readonly Target[], { pull, login, url }: Pick<Overriding, 'pull' | 'login' | 'url'>): readonly Action[] {
  const { org, name, headSha: sha } = pull;
  const repo = { org, name };
  const text = cancelText(login);
  return targets.flatMap(({ context, status, check }): readonly Action[] => [
    ...(status ? [{ kind: 'status.set', repo, sha, context, state: 'failure', description: text, url: status.url } as const] : []),
    ...(check ? [{ kind: 'check.fail', repo, sha, name: context, title: text, summary: `The override was cancelled on behalf of ${login} by [a comment](${url}).` } as const] : []),
  ]);
}
