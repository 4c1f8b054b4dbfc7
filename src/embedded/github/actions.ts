import { parse } from 'yaml';
import { fullName, isPull, type HookEvent, type Hub, type PullIssue } from './hub.js';
import { listTree, readBlob, treeEntry } from './gitRead.js';
import { refreshFacts } from './mutate/pullGit.js';
import { finishRun, jobsOf, startJob, startRun, updateJob, workflowAt } from './mutate/workflows.js';
import { associationOf } from './permissions.js';
import { currentAttempt, workflowOf } from './render/actions.js';
import type { Conclusion, WorkflowRun } from './state/checks.js';
import type { Who } from './state/people.js';
import type { Repo } from './state.js';

/** What a job of a workflow came to, and a line about it. */
export interface Outcome { readonly conclusion: Conclusion; readonly title?: string }

/** A job about to end. */
export interface PlayedJob {
  readonly repo: Repo;
  readonly run: WorkflowRun;
  readonly attempt: number;
  readonly job: string;
  /** The commit that was tested: for a pull request the merge of its head into its base. */
  readonly tested: string;
  /** A file of that commit. */
  read(path: string): Promise<string | undefined>;
}

export interface PlayerOptions {
  /** How long a job takes that does not say it itself. */
  readonly jobMs?: number;
  /** Whether workflows wait for an approval where the author has had nothing merged yet; one approval is enough for a pull request. */
  readonly newcomers?: 'held' | 'free';
  /** Decides instead of the workflow file; undefined leaves it to the file. */
  readonly outcome?: (job: PlayedJob) => Outcome | undefined | Promise<Outcome | undefined>;
}

interface PlayedWorkflow {
  readonly name: string;
  readonly on: Readonly<Record<string, Readonly<{ branches?: readonly string[] }> | null>>;
  readonly jobs: readonly string[];
  readonly seconds: number | undefined;
  readonly failures: readonly Readonly<{ job: string; path: string; text: string }>[];
}

const SECONDS = /^\s*#\s*played: takes (\d+(?:\.\d+)?) s\s*$/;
const FAILS = /^\s*#\s*played: (\S+) fails when (\S+) contains (.+?)\s*$/;

/**
 * Reads a workflow file. No code of a repository runs here; comments in the file say how its jobs end instead:
 * `# played: takes 2 s` and `# played: JOB fails when PATH contains TEXT`.
 */
export function readWorkflow(path: string, text: string): PlayedWorkflow | undefined {
  let file: { name?: unknown; on?: unknown; jobs?: unknown } | null;
  try { file = parse(text) as typeof file; } catch { return undefined; }
  if (typeof file?.jobs !== 'object' || file.jobs === null) return undefined;
  const { on } = file;
  const events = typeof on === 'string' ? [on] : Array.isArray(on) ? (on as string[]) : undefined;
  const lines = text.split('\n');
  const seconds = lines.flatMap((line) => SECONDS.exec(line)?.[1] ?? [])[0];
  return {
    name: typeof file.name === 'string' ? file.name : path,
    on: events ? Object.fromEntries(events.map((event) => [event, null])) : ((on ?? {}) as PlayedWorkflow['on']),
    jobs: Object.entries(file.jobs as Record<string, { name?: string } | null>).map(([key, job]) => job?.name ?? key),
    seconds: seconds === undefined ? undefined : Number(seconds),
    failures: lines.flatMap((line) => { const [, job, where, what] = FAILS.exec(line) ?? []; return job && where && what ? [{ job, path: where, text: what }] : []; }),
  };
}

async function readFile(hub: Hub, repo: Repo, commit: string, path: string): Promise<string | undefined> {
  const entry = await treeEntry(hub, repo, commit, path);
  return entry?.type === 'blob' ? (await readBlob(hub, repo, entry.sha)).toString('utf8') : undefined;
}

async function workflowsAt(hub: Hub, repo: Repo, commit: string): Promise<readonly Readonly<{ path: string; workflow: PlayedWorkflow }>[]> {
  const entries = (await listTree(hub, repo, `${commit}:.github/workflows`).catch(() => undefined)) ?? [];
  const found = await Promise.all(entries.filter(({ path, type }) => type === 'blob' && /\.ya?ml$/.test(path)).map(async (entry) => {
    const path = `.github/workflows/${entry.path}`;
    const workflow = readWorkflow(path, (await readBlob(hub, repo, entry.sha)).toString('utf8'));
    return workflow ? [{ path, workflow }] : [];
  }));
  return found.flat();
}

const runnable = new Set(['opened', 'synchronize', 'reopened']);

/** Plays GitHub Actions: starts the workflows of pull requests and pushes, ends their jobs, and takes reruns and approvals. */
export function playActions(hub: Hub, { jobMs = 1_000, newcomers = 'free', outcome }: PlayerOptions = {}): { stop(): void } {
  /** What each run tests: a rerun tests the same commit as its first attempt did. */
  const tested = new Map<number, string>();
  const timers = new Map<NodeJS.Timeout, () => void>();
  let stopped = false;
  const pause = (ms: number): Promise<void> => new Promise((resolve) => {
    const timer = setTimeout(() => { timers.delete(timer); resolve(); }, ms);
    timers.set(timer, resolve);
  });

  async function start(repo: Repo, who: Who, { event, sha, branch, commit, title, issue }: Readonly<{ event: string; sha: string; branch: string; commit: string; title: string; issue?: PullIssue }>): Promise<void> {
    for (const { path, workflow } of await workflowsAt(hub, repo, commit)) {
      const wish = workflow.on[event];
      if (wish === undefined) continue;
      const target = issue ? issue.pull.base.ref : branch;
      if (wish?.branches && !wish.branches.includes(target)) continue;
      const vouched = issue !== undefined && repo.workflowRuns.some((run) => run.pulls.includes(issue.number) && currentAttempt(run).conclusion !== 'action_required');
      const held = issue !== undefined && newcomers === 'held' && !vouched && associationOf(hub.state, repo, issue.user) === 'NONE';
      const known = workflowAt(hub, repo, { path, name: workflow.name });
      // The run is announced while it starts, and whoever hears of it looks up what it tests.
      const starting = startRun(hub, who, repo, { workflow: known, event, sha, branch, title, held, ...(issue ? { headRepoId: issue.pull.head.repoId, pulls: [issue.number] } : {}) });
      tested.set((await starting).id, commit);
    }
  }

  async function ended(repo: Repo, run: WorkflowRun, job: string, workflow: PlayedWorkflow): Promise<Outcome> {
    const commit = tested.get(run.id) ?? run.sha;
    const read = (path: string) => readFile(hub, repo, commit, path);
    const chosen = await outcome?.({ repo, run, attempt: currentAttempt(run).number, job, tested: commit, read });
    if (chosen) return chosen;
    for (const failure of workflow.failures) {
      if (failure.job === job && (await read(failure.path))?.includes(failure.text)) return { conclusion: 'failure', title: `${failure.path} has ${JSON.stringify(failure.text)}` };
    }
    return { conclusion: 'success' };
  }

  async function play(repo: Repo, run: WorkflowRun, attempt: number): Promise<void> {
    await pause(0); // until whoever started the run has said what it tests
    const current = currentAttempt(run);
    if (stopped || current.number !== attempt || current.status !== 'queued') return;
    const { path } = workflowOf(repo, run);
    const text = await readFile(hub, repo, tested.get(run.id) ?? run.sha, path);
    const workflow = text === undefined ? undefined : readWorkflow(path, text);
    if (!workflow) { finishRun(hub, repo, run, 'startup_failure'); return; }
    const kept = new Set(jobsOf(repo, current).map(({ name }) => name));
    await Promise.all(workflow.jobs.filter((job) => !kept.has(job)).map(async (name) => {
      const job = await startJob(hub, repo, run, { name });
      await pause(workflow.seconds === undefined ? jobMs : workflow.seconds * 1_000);
      if (stopped || job.status === 'completed') return;
      await updateJob(hub, repo, job, await ended(repo, run, name, workflow));
    }));
    if (!stopped) finishRun(hub, repo, run);
  }

  async function onPull(repo: Repo, number: number, sender: string): Promise<void> {
    const issue = repo.issues.get(number);
    if (!issue || !isPull(issue) || issue.state !== 'open') return;
    await refreshFacts(hub, repo, issue);
    const { facts, head } = issue.pull;
    // GitHub starts nothing for a pull request that conflicts with its base.
    if (facts?.head !== head.sha || !facts.testMerge) return;
    await start(repo, { kind: 'user', login: sender }, { event: 'pull_request', sha: head.sha, branch: head.ref, commit: facts.testMerge, title: issue.title, issue });
  }

  const observe = ({ event, action = '', repo, sender, payload }: HookEvent): void => {
    if (!repo || stopped) return;
    if (event === 'pull_request' && runnable.has(action)) hub.background(onPull(repo, payload.number as number, sender));
    else if (event === 'push') {
      const { ref, after, deleted } = payload as { ref: string; after: string; deleted: boolean };
      if (deleted || !ref.startsWith('refs/heads/')) return;
      hub.background(start(repo, { kind: 'user', login: sender }, { event: 'push', sha: after, branch: ref.slice(11), commit: after, title: `Push to ${fullName(repo)}` }));
    } else if (event === 'workflow_run' && action === 'requested') {
      const { id } = payload.workflow_run as { id: number };
      const run = repo.workflowRuns.find((one) => one.id === id);
      if (run) hub.background(play(repo, run, currentAttempt(run).number));
    }
  };
  hub.observers.add(observe);
  return {
    stop() {
      stopped = true;
      hub.observers.delete(observe);
      for (const [timer, resolve] of timers) { clearTimeout(timer); resolve(); }
      timers.clear();
    },
  };
}
