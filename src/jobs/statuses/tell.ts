import type { Repo } from '../../core/ids.js';
import type { Checks, JobCheck } from '../../core/ports/checks.js';
import type { ContextState, GitHubReads, GitHubWrites } from '../../core/ports/github.js';
import { uuidOf } from '../../core/prowjob.js';
import { statusDescription } from '../../core/statusText.js';
import type { Decision } from './decide.js';

export interface TellDeps {
  readonly github: Pick<GitHubReads, 'identity' | 'contexts'> & Pick<GitHubWrites, 'setStatus'>;
  readonly checks: Pick<Checks, 'hasCheck' | 'createCheck'>;
  readonly signal: AbortSignal;
}

export interface Head {
  readonly repo: Repo;
  readonly sha: string;
  /** Keeps what this change of the configuration writes apart from what another one wrote. */
  readonly generation: number;
}

const RETIRED = 'Context retired: no job reports it any more.';
const movedText = (to: string): string => `Context retired: it is called ${to} now.`;

/**
 * Retires and moves contexts of a head, each as the commit status, the check run of ours, or both, that it is (design decision 8). Safe
 * to repeat: what was moved shows under its new name, and what was retired says so.
 */
export async function tellContexts(head: Head, { retire, move }: Pick<Decision, 'retire' | 'move'>, deps: TellDeps): Promise<void> {
  const { repo, sha } = head;
  const shown = await deps.github.contexts(repo, sha, deps);
  const named = (context: string): readonly ContextState[] => shown.filter((one) => one.context === context);
  for (const context of retire) for (const one of await ours(head, named(context), deps)) await retireOne(head, one, RETIRED, deps);
  for (const { from, to, old } of move) {
    const states = await ours(head, named(from), deps);
    if (named(to).length === 0) for (const { description, ...one } of states) await put(head, { ...one, context: to, description: description || `As ${from} said.` }, deps);
    if (old === 'retire') for (const one of states) await retireOne(head, one, movedText(to), deps);
  }
}

/** Statuses, and checks of our App: those of others we cannot write. One of each at most. */
async function ours({ repo, sha }: Head, states: readonly ContextState[], { github, checks, signal }: TellDeps): Promise<readonly ContextState[]> {
  const status = states.filter(({ source }) => source === 'status').slice(0, 1);
  const check = states.filter(({ source }) => source === 'check').slice(0, 1);
  const [first] = check;
  if (!first) return status;
  const self = await github.identity({ signal });
  return self.kind === 'app' && (await checks.hasCheck(repo, { name: first.context, sha, app: self.slug }, { signal })) ? [...status, first] : status;
}

async function retireOne(head: Head, one: ContextState, text: string, deps: TellDeps): Promise<void> {
  const description = statusDescription(text, undefined);
  if (one.state !== 'success' || one.description !== description) await put(head, { ...one, state: 'success', description }, deps);
}

async function put({ repo, sha, generation }: Head, { context, state, description, url, source }: ContextState, { github, checks, signal }: TellDeps): Promise<void> {
  const options = { signal, priority: 'status' } as const;
  if (source === 'status') return github.setStatus(repo, sha, { context, state, description, url }, options);
  const externalId = uuidOf(['status-reconciler', repo.org, repo.name, sha, context, state, description, String(generation)]);
  await checks.createCheck(repo, { name: context, sha, externalId, url, startedAt: undefined, state: checkState(state), title: description, summary: description }, options);
}

function checkState(state: ContextState['state']): JobCheck['state'] {
  return state === 'pending' ? { status: 'in_progress' } : { status: 'completed', conclusion: state === 'success' ? 'success' : 'failure', completedAt: undefined };
}
