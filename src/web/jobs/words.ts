import type { ProwJob, ProwJobState, PullRefs, Refs } from '../../core/prowjob.js';
import { startOf } from './view.js';

/** How a state looks: never by colour alone. */
export const STATE_LOOK = {
  scheduling: { tone: '', icon: '◌', word: 'scheduling' },
  triggered: { tone: 'busy', icon: '○', word: 'triggered' },
  pending: { tone: 'busy', icon: '◐', word: 'running' },
  success: { tone: 'good', icon: '✓', word: 'success' },
  failure: { tone: 'bad', icon: '✗', word: 'failure' },
  error: { tone: 'bad', icon: '!', word: 'error' },
  aborted: { tone: '', icon: '⊘', word: 'aborted' },
} as const satisfies Record<ProwJobState, { readonly tone: string; readonly icon: string; readonly word: string }>;

/** The look of a state, of one that nobody knows as well. */
export function lookOf(state: string): Readonly<{ tone: string; icon: string; word: string }> {
  return Object.hasOwn(STATE_LOOK, state) ? STATE_LOOK[state as ProwJobState] : { tone: '', icon: '?', word: state === '' ? 'unknown' : state };
}

/** `42s`, `3m7s`, `2h5m`: how long something took, for people. Takes milliseconds. */
export function spell(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m${seconds % 60}s`;
  return `${Math.floor(seconds / 3_600)}h${Math.floor(seconds / 60) % 60}m`;
}

/** `1.2 MB`, for people. */
export function bytesOf(size: number): string {
  if (size < 1_000) return `${size} B`;
  const unit = size < 1e6 ? ['kB', 1e3] as const : size < 1e9 ? ['MB', 1e6] as const : ['GB', 1e9] as const;
  const value = size / unit[1];
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit[0]}`;
}

/** A moment as UTC, to the second. */
export function moment(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}

/** Milliseconds that a job took; undefined while it runs. */
export function tookOf(job: ProwJob): number | undefined {
  const end = Date.parse(job.status.completionTime ?? '');
  return Number.isNaN(end) ? undefined : Math.max(0, end - startOf(job));
}

/** An address that may be linked: only the web's. */
export function webAddress(text: unknown): string | undefined {
  return typeof text === 'string' && /^https?:\/\//i.test(text) && URL.canParse(text) ? text : undefined;
}

const safe = (text: string): string => text.split('/').map(encodeURIComponent).join('/');
/** A Gerrit repository is named by its whole address; there the job's own links are all there is. */
const onGitHub = ({ org }: Refs): boolean => !/^https?:/i.test(org);

/** Where a repository, a branch, a commit, a pull request is; `base` is GitHub's address. Undefined where nobody says. */
export const linkTo = {
  repo: (refs: Refs, base: string): string | undefined => webAddress(refs.repo_link) ?? (onGitHub(refs) ? `${base}/${safe(refs.org)}/${safe(refs.repo)}` : undefined),
  commit: (refs: Refs, base: string): string | undefined => webAddress(refs.base_link) ?? (onGitHub(refs) && refs.base_sha ? `${base}/${safe(refs.org)}/${safe(refs.repo)}/commit/${safe(refs.base_sha)}` : undefined),
  pull: (refs: Refs, pull: PullRefs, base: string): string | undefined => webAddress(pull.link) ?? (onGitHub(refs) ? `${base}/${safe(refs.org)}/${safe(refs.repo)}/pull/${pull.number}` : undefined),
  head: (refs: Refs, pull: PullRefs, base: string): string | undefined => webAddress(pull.commit_link) ?? (onGitHub(refs) ? `${base}/${safe(refs.org)}/${safe(refs.repo)}/pull/${pull.number}/commits/${safe(pull.sha)}` : undefined),
} as const;

/** The page of a job by its name. */
export function jobPath(name: string): string {
  return `/job/${encodeURIComponent(name)}`;
}

/** Containers whose logs a job has, and what their stored logs are called (deck 11.1). */
export function containersOf({ spec }: Pick<ProwJob, 'spec'>): readonly Readonly<{ name: string; file: string }>[] {
  const pod = spec['pod_spec'] as { readonly containers?: readonly { readonly name?: unknown }[] } | null | undefined;
  const names = (Array.isArray(pod?.containers) ? pod.containers : []).map(({ name }) => (typeof name === 'string' ? name : '')).filter((name) => name !== '');
  return names.length < 2 ? [{ name: 'test', file: 'build-log.txt' }] : names.map((name) => ({ name, file: `${name}-build-log.txt` }));
}
