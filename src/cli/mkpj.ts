import { periodicSpec, postsubmitSpec, presubmitSpec, prowJob } from '../config/jobs/build.js';
import { findJob, orgAndRepo, type FoundJob } from '../config/jobs/find.js';
import { isRecord } from '../config/decode.js';
import { loadConfig } from '../config/load.js';
import type { JobCache } from '../config/read/cache.js';
import type { ProwJobs } from '../core/ports/jobs.js';
import type { RefLookup } from '../core/ports/lookup.js';
import { isComplete, type ProwJob, type Refs } from '../core/prowjob.js';
import { CONFIG_FLAGS, configFiles } from './configFlags.js';
import { GITHUB_WITHOUT_EFFECT, KUBERNETES_WITHOUT_EFFECT, READING_WITHOUT_EFFECT } from './withoutEffect.js';
import { UsageError, parseFlags, reader, type FlagReader, type FlagTable } from './flags.js';
import { printedPodSpec, yamlOf } from '../config/yaml/print.js';

export const MKPJ_FLAGS = {
  job: { kind: 'string', about: 'Name of the job. Required.' },
  'base-ref': { kind: 'string', about: 'Branch that the code is based on.' },
  'base-sha': { kind: 'string', about: 'Commit that the code is based on.' },
  'pull-number': { kind: 'int', about: 'Number of the pull request.', default: '0' },
  'pull-sha': { kind: 'string', about: 'Head commit of the pull request.' },
  'pull-author': { kind: 'string', about: 'Author of the pull request.' },
  'pull-head-ref': { kind: 'string', about: 'Branch of the pull request.' },
  'trigger-job': { kind: 'bool', about: 'Create the ProwJob, wait until it is complete and print its status.', default: 'false' },
  'fail-with-job': { kind: 'bool', about: 'With --trigger-job: exit with 1 unless the job succeeds.', default: 'false' },
  ...CONFIG_FLAGS,
  kubeconfig: { kind: 'string', about: "Cluster for --trigger-job; by default $KUBECONFIG, else ~/.kube/config." },
  'github-endpoint': { kind: 'list', about: 'Address of the REST API; the first one is asked.', default: 'https://api.github.com' },
  'github-token-path': { kind: 'string', about: 'File with a personal access token; public repositories need none.' },
  'github-app-id': { kind: 'string', about: 'Accepted and without effect here: give --github-token-path for what is not public.' },
  'github-app-private-key-path': { kind: 'string', about: 'Accepted and without effect here: give --github-token-path for what is not public.' },
  'supplemental-prow-configs-filename': { kind: 'string', about: 'The flag --supplemental-prow-configs-filename-suffix under an older name.' },
  ...GITHUB_WITHOUT_EFFECT, ...KUBERNETES_WITHOUT_EFFECT, ...READING_WITHOUT_EFFECT,
} as const satisfies FlagTable;

interface Deps {
  readonly print: (line: string) => void;
  /** What earlier runs decoded. */
  readonly cache?: JobCache | undefined;
  /** Asks the person at the terminal. */
  readonly ask: (question: string) => Promise<string>;
  readonly github: (options: Readonly<{ endpoint: string; tokenPath: string | undefined }>) => RefLookup;
  /** ProwJobs of the cluster that a kubeconfig names. */
  readonly jobs: (options: Readonly<{ kubeconfig: string | undefined; namespace: string }>) => Promise<Pick<ProwJobs, 'create' | 'find'>>;
  /** Waits before the ProwJob is looked at again. */
  readonly pause: () => Promise<void>;
  readonly signal: AbortSignal;
  readonly newName: () => string;
  readonly now: () => number;
}

/** `prow mkpj`: prints the ProwJob of a configured job as YAML, or creates it, waits for it and prints its status. */
export async function mkpj(args: readonly string[], deps: Deps): Promise<number> {
  const flags = reader(parseFlags(args, MKPJ_FLAGS, {}), MKPJ_FLAGS);
  const name = flags.text('job');
  if (name === undefined || name === '') throw new UsageError('--job is missing');
  const read = configFiles(flags);
  const suffix = flags.text('supplemental-prow-configs-filename');
  const files = suffix === undefined ? read : { ...read, supplementalProwConfigSuffix: suffix };
  const { snapshot } = await loadConfig(files, { cache: deps.cache });
  const found = findJob(snapshot.jobs, name);
  if (!found) throw new Error(`there is no job ${name}`);
  const spec = await specOf(found, flags, deps);
  const made = prowJob(spec, { config: snapshot.prow, labels: {}, name: deps.newName(), now: deps.now() }, found.job);
  if (flags.flag('trigger-job')) return trigger(made, flags, deps);
  // Whoever creates it says where.
  const { namespace: _, ...metadata } = made.metadata;
  const { pod_spec: pod } = made.spec;
  deps.print(yamlOf({ ...made, metadata, ...(isRecord(pod) && { spec: { ...made.spec, pod_spec: printedPodSpec(pod) } }) }));
  return 0;
}

async function trigger(job: ProwJob, flags: FlagReader, { jobs, pause, print, signal }: Deps): Promise<number> {
  const cluster = await jobs({ kubeconfig: flags.text('kubeconfig'), namespace: job.metadata.namespace ?? 'default' });
  await cluster.create(job, { signal });
  for (;;) {
    const now = await cluster.find(job.metadata.name, { signal });
    if (!now) throw new Error(`the ProwJob ${job.metadata.name} is gone`);
    if (isComplete(now)) {
      print(yamlOf(now.status));
      return flags.flag('fail-with-job') && now.status.state !== 'success' ? 1 : 0;
    }
    await pause();
  }
}

async function specOf(found: FoundJob, flags: FlagReader, deps: Deps): Promise<ProwJob['spec']> {
  switch (found.type) {
    case 'presubmit': return presubmitSpec(found.job, await refsOf(found, flags, deps));
    case 'postsubmit': return postsubmitSpec(found.job, await refsOf(found, flags, deps));
    case 'periodic': return periodicSpec(found.job);
    default: return found satisfies never;
  }
}

/** Flags win; what they leave open comes from GitHub, and what GitHub cannot know is asked. GitHub is asked only where something is open. */
async function refsOf({ type, repo }: Exclude<FoundJob, { type: 'periodic' }>, flags: FlagReader, { ask, github }: Deps): Promise<Refs> {
  const at = orgAndRepo(repo);
  const given = (flag: string): string | undefined => flags.text(flag) || undefined;
  const lookup = () => github({ endpoint: flags.list('github-endpoint')[0] ?? 'https://api.github.com', tokenPath: given('github-token-path') });
  let number = flags.int('pull-number');
  if (type === 'presubmit' && number === 0) number = numberIn(await ask('PR Number: '));
  if (number !== 0) {
    let [author, sha, headRef, baseRef, baseSha] = [given('pull-author'), given('pull-sha'), given('pull-head-ref'), given('base-ref'), given('base-sha')];
    if (author === undefined || sha === undefined || baseRef === undefined || baseSha === undefined) {
      const pull = await lookup().pull({ ...at, number });
      [author, sha, headRef, baseRef, baseSha] = [author ?? pull.author, sha ?? pull.headSha, headRef ?? pull.headRef, baseRef ?? pull.baseRef, baseSha ?? pull.baseSha];
    }
    return { ...at, base_ref: baseRef, base_sha: baseSha, pulls: [{ number, author, sha, ...(headRef !== undefined && { head_ref: headRef }) }] };
  }
  const baseRef = given('base-ref') ?? (await ask('Base ref (e.g. master): ')).trim();
  return { ...at, base_ref: baseRef, base_sha: given('base-sha') ?? (await lookup().branchSha({ ...at, branch: baseRef })) };
}

function numberIn(answer: string): number {
  if (!/^\s*[1-9]\d*\s*$/.test(answer)) throw new UsageError(`not the number of a pull request: ${JSON.stringify(answer)}`);
  return Number(answer);
}
