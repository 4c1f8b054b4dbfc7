import { readAsked } from '../../config/jobs/asked.js';
import { postsubmitSpec, prowJob } from '../../config/jobs/build.js';
import { branchMatch } from '../../config/jobs/match.js';
import type { Presubmit } from '../../config/jobs/schema.js';
import { contextsOf, pickJobs, wantedBy } from '../../config/jobs/wanted.js';
import { triggerFor } from '../../config/plugins/entries.js';
import type { Action } from '../../core/action.js';
import type { CheckEvent } from '../../core/event.js';
import type { IssueRef } from '../../core/ids.js';
import { uuidOf, type ProwJob } from '../../core/prowjob.js';
import { replyWithReason } from '../../core/reply.js';
import { isSelf, trusted } from '../../core/trusted.js';
import type { PluginContext } from '../plugin.js';
import { postsubmitsAt } from './push.js';
import { silentStates } from './silent.js';
import { changesOf, mayHaveTests, startJobs, testsAt } from './start.js';
import { CONFLICT_TEXT, goneText, outdatedText, untrustedText } from './text.js';
import { mayStart } from './trust.js';

/** What somebody pressed: "Re-run" of one check or of all, or the button that reruns what failed. */
type Press = 'one' | 'all' | 'failed';

/** The identifier of the button on failed checks. */
export const RETEST_BUTTON = 'retest';

export function pressOf({ kind, action, requestedAction }: Pick<CheckEvent, 'kind' | 'action' | 'requestedAction'>): Press | undefined {
  if (kind === 'check_run' && action === 'rerequested') return 'one';
  if (kind === 'check_suite' && action === 'rerequested') return 'all';
  return kind === 'check_run' && action === 'requested_action' && requestedAction === RETEST_BUTTON ? 'failed' : undefined;
}

/** A check run of ours: it carries the name of its ProwJob, which may be gone by now. */
interface Pressed {
  readonly context: string;
  readonly prowjob: ProwJob | undefined;
}

const JOB_NAME = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/**
 * A press on GitHub's own buttons does what a comment of whoever pressed would: `/test NAME` for a check, the same for each check of a
 * suite, `/retest` for the button on failed checks. Other Apps' checks, and ours that are no jobs, are left alone.
 */
export async function onCheck(event: CheckEvent, context: PluginContext): Promise<readonly Action[]> {
  const press = pressOf(event);
  if (press === undefined) return [];
  const me = await context.github.identity(context);
  if (event.appSlug !== me.slug || isSelf(me, event.sender.login)) return [];
  const pressed = await pressedOf(event, press, context);
  const pulls = await pullsOf(event, pressed, context);
  const presubmits = pulls.map((about) => onPull({ event, press, ...about }, context));
  const postsubmits = pressed.flatMap(({ prowjob }) => (press !== 'failed' && prowjob?.spec.type === 'postsubmit' ? [again(event, prowjob, context)] : []));
  const actions = (await Promise.all([...presubmits, ...postsubmits])).flat();
  return actions.length > 0 ? [{ kind: 'each', actions }] : [];
}

async function pressedOf(event: CheckEvent, press: Press, { github, jobs, signal }: PluginContext): Promise<readonly Pressed[]> {
  const runs = press === 'all'
    ? (await github.checkRuns(event.repo, event.sha, { signal })).filter(({ status }) => status === 'completed')
    : [{ name: event.name, externalId: event.externalId }];
  return Promise.all(runs.filter(({ externalId }) => JOB_NAME.test(externalId)).map(async ({ name, externalId }) => ({ context: name, prowjob: await jobs.find(externalId, { signal }) })));
}

/** A pull request with checks: `by` its job, or because it has the commit, perhaps below its head. */
interface About {
  readonly issue: IssueRef;
  readonly contexts: ReadonlySet<string>;
  readonly by: 'job' | 'commit';
}

/** The pull requests that the checks are about. Where a ProwJob is gone, the payload says, which leaves forks out, or a search does. */
async function pullsOf({ repo, sha, pulls }: CheckEvent, pressed: readonly Pressed[], { github, signal }: PluginContext): Promise<readonly About[]> {
  const found = new Map<number, { contexts: Set<string>; by: About['by'] }>();
  const add = (number: number, context: string, by: About['by']): void => {
    const about = found.get(number) ?? { contexts: new Set(), by };
    about.contexts.add(context);
    found.set(number, about);
  };
  const lost: string[] = [];
  for (const { context, prowjob } of pressed) {
    const number = prowjob?.spec.refs?.pulls?.[0]?.number;
    if (prowjob?.spec.type === 'presubmit' && number !== undefined) add(number, context, 'job');
    else if (prowjob === undefined) lost.push(context);
  }
  if (lost.length > 0) {
    const numbers = pulls.length > 0 ? pulls : await github.pullsWithCommit(repo, sha, { signal });
    for (const number of numbers) for (const context of lost) add(number, context, 'commit');
  }
  return [...found].map(([number, about]) => ({ issue: { ...repo, number }, ...about }));
}

interface Asking extends About {
  readonly event: CheckEvent;
  readonly press: Press;
}

async function onPull({ event, issue, contexts, by, press }: Asking, context: PluginContext): Promise<readonly Action[]> {
  const { github, config, signal } = context;
  if (!mayHaveTests(issue, context)) return [];
  const pull = await github.pull(issue, { signal });
  if (pull.state !== 'open') return [];
  const say = (purpose: string, message: string): readonly Action[] => [{ kind: 'comment.reply', issue, purpose, body: answerTo(event, press, message) }];
  if (pull.headSha !== event.sha) return by === 'job' ? say('outdated', outdatedText(pull)) : [];
  const entry = triggerFor(config.plugins, issue);
  const trust = await mayStart({ who: event.sender.login, author: pull.author.login }, issue, entry, context);
  if (trust.kind === 'no') return say('untrusted', untrustedText(entry, trust.why));
  const baseSha = await github.branchSha(pull, pull.baseRef, { signal });
  const { presubmits } = await testsAt(pull, baseSha, context);
  const jobs = press === 'failed' ? await failedOf(presubmits) : presubmits.filter((job) => contexts.has(job.context) && branchMatch(job, pull.baseRef));
  if (jobs.length === 0) return press === 'failed' ? [] : say('gone', goneText([...contexts]));
  if (pull.mergeable === false) return config.plugins.comment_style === 'quiet' ? say('conflict', CONFLICT_TEXT) : [];
  return startJobs(jobs, { pull, baseSha, labels: press === 'failed' ? { 'prow.k8s.io/retest': 'true' } : {} }, context);

  async function failedOf(all: readonly Presubmit[]): Promise<readonly Presubmit[]> {
    const [states, silent] = await Promise.all([github.contexts(pull, pull.headSha, { signal }), silentStates(all, pull, context)]);
    return pickJobs(wantedBy(all, '/retest', readAsked('/retest'), contextsOf([...states, ...silent])), pull, changesOf(pull, context));
  }
}

/** A postsubmit runs once more on what it ran on; only trusted people may have it so, since no pull request vouches for anybody. */
async function again({ repo, sender }: CheckEvent, former: ProwJob, context: PluginContext): Promise<readonly Action[]> {
  const { config, delivery, clock } = context;
  const { refs } = former.spec;
  if (!refs || !(await trusted(sender.login, repo, triggerFor(config.plugins, repo), context)).trusted) return [];
  const job = (await postsubmitsAt({ repo, after: refs.base_sha ?? '' }, refs.base_ref ?? '', context)).find(({ name }) => name === former.spec.job);
  if (!job) return [];
  const making = { config: config.prow, now: clock.now(), labels: { 'event-GUID': delivery.id }, name: uuidOf([delivery.id, 'trigger', former.metadata.name, job.name, job.context]) };
  return [{ kind: 'prowjob.create', job: prowJob(postsubmitSpec(job, refs), making, job) }];
}

const BUTTONS: Readonly<Record<Press, string>> = { one: 'Re-run', all: 'Re-run all checks', failed: 'Retest failed' };

function answerTo(event: CheckEvent, press: Press, message: string): string {
  const where = press === 'all' ? `the checks of ${event.sha.slice(0, 12)}` : `the check \`${event.name.replaceAll('`', "'")}\``;
  return replyWithReason(event.sender.login, message, `You pressed "${BUTTONS[press]}" of ${where}.`);
}
