import type { Refs } from '../../core/prowjob.js';
import { ARTIFACTS, CODE, allRefs, clonePath, filled, goJson, type EnvVar, type Run } from './model.js';

/** `base_ref[:base_sha],number:sha[:ref]...`, the refs in one word (jobs 1.3). */
export function refsText(refs: Refs): string {
  const base = refs.base_sha ? `${refs.base_ref}:${refs.base_sha}` : refs.base_ref;
  const pulls = (refs.pulls ?? []).map((pull) => `${pull.number}:${pull.sha}${pull.ref ? `:${pull.ref}` : ''}`);
  return [base, ...pulls].join(',');
}

/** What the pod utilities are told about the job. */
export function jobSpecJson({ spec, id, buildId, decoration }: Omit<Run, 'jobSpec'>): string {
  const { type, job, refs, extra_refs: extra } = spec;
  return goJson(filled({ type, job, buildid: buildId, prowjobid: id, refs, extra_refs: extra, decoration_config: decoration }));
}

/** Environment of the job's containers, sorted by name (jobs 3.7). */
export function jobEnv({ spec, id, buildId, jobSpec, decoration }: Run): readonly EnvVar[] {
  const env: Record<string, string> = {
    CI: 'true', JOB_NAME: spec.job, JOB_TYPE: spec.type, PROW_JOB_ID: id, BUILD_ID: buildId, JOB_SPEC: jobSpec,
    ...(spec.agent === 'kubernetes' && { BUILD_NUMBER: buildId }),
    ...(decoration && { ARTIFACTS, GOPATH: CODE.mountPath }),
    ...(spec.type !== 'periodic' && spec.refs && refsEnv(spec.refs, spec.type)),
  };
  return Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, value]) => ({ name, value }));
}

function refsEnv(refs: Refs, type: string): Readonly<Record<string, string>> {
  const pull = refs.pulls?.[0];
  return {
    REPO_OWNER: refs.org,
    REPO_NAME: refs.repo,
    ...sourceEnv(refs),
    PULL_BASE_REF: refs.base_ref,
    PULL_BASE_SHA: refs.base_sha ?? '',
    PULL_REFS: refsText(refs),
    ...(type === 'presubmit' && pull && { PULL_NUMBER: String(pull.number), PULL_PULL_SHA: pull.sha, PULL_HEAD_REF: pull.head_ref ?? '', PULL_TITLE: pull.title ?? '' }),
  };
}

/** Host and path of the repository as they are given; a word without a slash only names the host. */
function sourceEnv({ org, repo, path_alias: alias, repo_link: link }: Refs): Readonly<{ SRC_HOST: string; SRC_BASE: string }> {
  const given = typeof alias === 'string' && alias !== '' ? alias : link?.split('://').at(-1) ?? '';
  const slash = given.indexOf('/');
  if (slash >= 0) return { SRC_HOST: given.slice(0, slash), SRC_BASE: given.slice(slash + 1) };
  return { SRC_HOST: given || 'github.com', SRC_BASE: `${org}/${repo}` };
}

/** Where the job starts: in the first repository that asks for it, else in the first. */
export function workingDir({ spec }: Run): string | undefined {
  const all = allRefs(spec);
  const refs = all.find((one) => one['workdir'] === true) ?? all[0];
  return refs && `${CODE.mountPath}/src/${clonePath(refs)}`;
}
