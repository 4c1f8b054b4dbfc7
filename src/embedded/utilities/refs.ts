import { posix } from 'node:path';
import { OptionsError, type Options } from './options.js';

export interface PullToMerge {
  readonly number: number;
  readonly sha: string;
  readonly ref: string;
}

/** What to clone (jobs 1.3); texts are `""` and lists empty where nothing is said. `raw` is what the job says, word for word. */
export interface CloneRefs {
  readonly raw: Readonly<Record<string, unknown>>;
  readonly org: string;
  readonly repo: string;
  readonly repoLink: string;
  readonly baseRef: string;
  readonly baseSha: string;
  readonly pulls: readonly PullToMerge[];
  readonly pathAlias: string;
  readonly cloneUri: string;
  readonly skipSubmodules: boolean;
  /** 0: all of the history. */
  readonly cloneDepth: number;
  readonly skipFetchHead: boolean;
  readonly blobless: boolean;
  readonly sparse: readonly string[];
  readonly auxiliary: boolean;
}

/** Reads refs. Throws OptionsError. */
export function refsOf(options: Options): CloneRefs {
  return {
    raw: options.raw,
    org: options.text('org'),
    repo: options.text('repo'),
    repoLink: options.text('repo_link'),
    baseRef: options.text('base_ref'),
    baseSha: options.text('base_sha'),
    pulls: options.objects('pulls').map((pull) => ({ number: pull.integer('number') ?? 0, sha: pull.text('sha'), ref: pull.text('ref') })),
    pathAlias: options.text('path_alias'),
    cloneUri: options.text('clone_uri'),
    skipSubmodules: options.flag('skip_submodules'),
    cloneDepth: options.integer('clone_depth') ?? 0,
    skipFetchHead: options.flag('skip_fetch_head'),
    blobless: options.flag('blobless_fetch'),
    sparse: options.texts('sparse_checkout_files'),
    auxiliary: options.flag('auxiliary'),
  };
}

/** `base[:sha][,number:sha[:ref]]...` (jobs 1.3). */
export function refsString({ baseRef, baseSha, pulls }: CloneRefs): string {
  return [baseSha ? `${baseRef}:${baseSha}` : baseRef, ...pulls.map(({ number, sha, ref }) => `${String(number)}:${sha}${ref ? `:${ref}` : ''}`)].join(',');
}

/** `org/repo`, or the org alone. */
export function orgRepo({ org, repo }: CloneRefs): string {
  return repo === '' ? org : `${org}/${repo}`;
}

/** The folder below the source root into which a repository goes (jobs 1.3). */
export function clonePath(srcRoot: string, { pathAlias, repoLink, org, repo }: CloneRefs): string {
  return posix.join(srcRoot, 'src', pathAlias || repoLink.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '') || `github.com/${org}/${repo}`);
}

/** Refs of a flag, `org,repo=base[:sha][,number[:sha[:ref]]]...`, as the JSON of a job has them (jobs 5.1). Throws OptionsError. */
export function refsOfFlag(text: string): Readonly<Record<string, unknown>> {
  const fail = (why: string): never => { throw new OptionsError(`--repo ${text}: ${why}; expected org,repo=base[:sha][,number[:sha[:ref]]]...`); };
  const at = text.indexOf('=');
  if (at < 0) fail('no `=`');
  const [org = '', repo, ...more] = text.slice(0, at).split(',');
  if (repo === undefined || more.length > 0) fail('one comma must separate org and repo');
  const [base = '', ...pulls] = text.slice(at + 1).split(',');
  if (base === '') fail('no refs');
  const [baseRef, baseSha, ...extra] = base.split(':');
  if (extra.length > 0) fail(`more than one \`:\` in ${base}`);
  return {
    org, repo, base_ref: baseRef, ...(baseSha !== undefined && { base_sha: baseSha }),
    ...(pulls.length > 0 && { pulls: pulls.map((pull) => {
      const [number = '', sha = '', ref, ...rest] = pull.split(':');
      if (rest.length > 0) fail(`more than two \`:\` in ${pull}`);
      if (!/^\d+$/.test(number)) fail(`${JSON.stringify(number)} is no number of a pull request`);
      return { number: Number(number), author: '', sha, ...(ref !== undefined && { ref }) };
    }) }),
  };
}

/** Text by which two objects are equal, whatever the order of their keys; nothing and empty are the same. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const kept = Object.entries(value).filter(([, one]: [string, unknown]) => one !== undefined && one !== null && one !== '' && one !== 0 && one !== false && !(Array.isArray(one) && one.length === 0));
  return `{${kept.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(',')}}`;
}
