import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UsageError, type FlagReader, type FlagTable } from './flags.js';

/** Where clusters are described, and where jobs are told; upstream's flags (config 9.5, jobs 10.1). */
export interface JobSettings {
  readonly kubeconfigDir: string | undefined;
  readonly kubeconfigSuffix: string | undefined;
  readonly projectedTokenFile: string | undefined;
  readonly inCluster: 'use' | 'ignore';
  /** Only jobs of this agent are reported to GitHub; empty: all. */
  readonly reportAgent: string;
  readonly slack: Readonly<{ endpoint: string; tokenFile: string | undefined; more: ReadonlyMap<string, string>; signingSecretFile: string | undefined }>;
  /** Folders in which `file://` buckets may lie. */
  readonly storageRoots: readonly string[];
  /** Credentials of buckets; undefined: only folders are served. */
  readonly clouds: Readonly<{ gcsCredentialsFile: string | undefined; s3CredentialsFile: string | undefined; azureCredentialsFile: string | undefined }> | undefined;
  /** Whether jobs that name a topic are told to Google's Pub/Sub. */
  readonly pubsub: 'report' | 'off';
  /** What the status reconciler does and where it remembers what it has done (jobs 11). */
  readonly statuses: StatusSettings;
}

export interface StatusSettings {
  /** An address that storage understands; undefined: Redis alone remembers. */
  readonly uri: string | undefined;
  /** After an error: go on with the other pull requests of the repository, or leave the rest to the next attempt. */
  readonly onError: 'go on' | 'stop';
  /** Organisations and repositories where new jobs are not started. */
  readonly noNewJobs: readonly string[];
  /** Organisations and repositories where nothing is done. */
  readonly nothing: readonly string[];
}

export const JOB_FLAGS = {
  'kubeconfig-dir': { kind: 'string', about: 'Folder of kubeconfigs; each context is a build cluster.' },
  'kubeconfig-suffix': { kind: 'string', about: 'What the files in it that count end with.' },
  'projected-token-file': { kind: 'string', about: 'Token for the cluster around this process.' },
  'no-in-cluster-config': { kind: 'bool', about: 'Leave the cluster around this process alone.', default: 'false' },
  'report-agent': { kind: 'string', about: 'Report only jobs of this agent to GitHub.', default: '' },
  'slack-token-file': { kind: 'string', about: 'File with the token that posts to Slack.' },
  'additional-slack-token-files': { kind: 'list', about: 'HOST=FILE: the token of another Slack workspace; may be given several times.' },
  'slack-signing-secret-file': { kind: 'string', about: "File with the signing secret of the Slack app; with it /slack/commands answers Slack's `/prow`." },
  'slack-endpoint': { kind: 'string', about: 'Address of the Slack API.', default: 'https://slack.com/api' },
  'gcs-credentials-file': { kind: 'string', about: "Key of the service account that reads and writes gs:// buckets. By default the environment's account." },
  's3-credentials-file': { kind: 'string', about: "JSON for s3:// buckets: region, endpoint, insecure, s3_force_path_style, access_key, secret_key. By default what the environment says." },
  'azure-credentials-file': { kind: 'string', about: 'JSON for azblob:// containers: connection_string, or account, key and endpoint.' },
  'storage-root': { kind: 'list', about: 'Folder in which results of jobs may be kept (buckets file:///FOLDER/...); may be given several times. By default STATE_DIR/storage.' },
  'pubsub-workers': { kind: 'int', about: 'Above 0: jobs with the annotations prow.k8s.io/pubsub.project and .topic are told to Pub/Sub, with the account of the environment.', default: '0' },
  'status-path': { kind: 'string', about: 'Where the status reconciler keeps which jobs it has seen to: /FOLDER/FILE, gs://BUCKET/FILE or s3://BUCKET/FILE. Without it, in Redis alone.' },
  'continue-on-error': { kind: 'bool', about: 'The status reconciler goes on with other pull requests when one fails; what failed is tried again either way.', default: 'false' },
  denylist: { kind: 'list', about: 'ORG or ORG/REPO where the status reconciler starts no new jobs; may be given several times.' },
  'denylist-all': { kind: 'list', about: 'ORG or ORG/REPO where the status reconciler does nothing; may be given several times.' },
} as const satisfies FlagTable;

/** Flags of upstream's plank, sinker, horologium and crier (jobs 6.1, 8, 9, 10.1) that mean nothing here. */
export const IDLE_JOB_FLAGS = {
  'tot-url': { kind: 'string', about: 'No effect: build numbers are made here, without a server.' },
  'label-selector': { kind: 'string', about: 'No effect: every pod of a ProwJob is looked after.' },
  'enable-controller': { kind: 'list', about: 'No effect: --components says what runs.' },
  'run-once': { kind: 'bool', about: 'No effect: old things are removed every sinker.resync_period.' },
  'timeout-listing-prowjobs': { kind: 'duration', about: 'No effect: periodics wait until all ProwJobs are known.' },
  'github-workers': { kind: 'int', about: 'No effect: reports go to GitHub where --components has crier.' },
  'slack-workers': { kind: 'int', about: 'No effect: reports go to Slack where there is a token.' },
  'blob-storage-workers': { kind: 'int', about: 'No effect: reports go to storage where --components has crier.' },
  'kubernetes-blob-storage-workers': { kind: 'int', about: 'No effect: pods are not written to storage.' },
  'gerrit-workers': { kind: 'int', about: 'No effect: Gerrit is not served.' },
  'resultstore-workers': { kind: 'int', about: 'No effect: nothing is reported to ResultStore.' },
  'resultstore-artifacts-dir-only': { kind: 'bool', about: 'No effect: nothing is reported to ResultStore.' },
  'kubernetes-report-fraction': { kind: 'string', about: 'No effect: pods are not written to storage.' },
  cookiefile: { kind: 'string', about: 'No effect: Gerrit is not served.' },
} as const satisfies FlagTable;

/** A local path, `gs://` or `s3://` (jobs 11); a path of this machine becomes `file://`. */
function readStatuses(flags: Pick<FlagReader, 'text' | 'list' | 'flag'>): StatusSettings {
  const given = flags.text('status-path') ?? '';
  const uri = given === '' ? undefined : given.includes('://') ? given : pathToFileURL(resolve(given)).href;
  if (uri !== undefined && !/^(gs|s3):\/\/[^/]+\/.+|^file:\/\/\/.+/.test(uri)) throw new UsageError(`--status-path: ${JSON.stringify(given)} is not /FOLDER/FILE, gs://BUCKET/FILE or s3://BUCKET/FILE`);
  const places = (flag: 'denylist' | 'denylist-all'): readonly string[] => {
    const bad = flags.list(flag).find((place) => !/^[^/]+(\/[^/]+)?$/.test(place));
    if (bad !== undefined) throw new UsageError(`--${flag}: ${JSON.stringify(bad)} is not ORG or ORG/REPO`);
    return flags.list(flag);
  };
  return { uri, onError: flags.flag('continue-on-error') ? 'go on' : 'stop', noNewJobs: places('denylist'), nothing: places('denylist-all') };
}

/** Reads these flags. Throws UsageError naming the flag. */
export function readJobSettings(flags: Pick<FlagReader, 'text' | 'list' | 'flag'>, stateDir: string): JobSettings {
  const file = (flag: string, path: string | undefined): string | undefined => {
    if (!path) return undefined;
    if (!existsSync(path)) throw new UsageError(`--${flag}: there is no file ${path}`);
    return resolve(path);
  };
  const more = new Map<string, string>();
  for (const entry of flags.list('additional-slack-token-files')) {
    const at = entry.indexOf('=');
    if (at <= 0) throw new UsageError(`--additional-slack-token-files: expected HOST=FILE, found ${JSON.stringify(entry)}`);
    more.set(entry.slice(0, at), file('additional-slack-token-files', entry.slice(at + 1)) ?? '');
  }
  const endpoint = flags.text('slack-endpoint') ?? '';
  if (!URL.canParse(endpoint)) throw new UsageError(`--slack-endpoint: ${JSON.stringify(endpoint)} is not an absolute address`);
  const roots = flags.list('storage-root');
  return {
    kubeconfigDir: file('kubeconfig-dir', flags.text('kubeconfig-dir')),
    kubeconfigSuffix: flags.text('kubeconfig-suffix') || undefined,
    projectedTokenFile: file('projected-token-file', flags.text('projected-token-file')),
    inCluster: flags.flag('no-in-cluster-config') ? 'ignore' : 'use',
    reportAgent: flags.text('report-agent') ?? '',
    slack: { endpoint: endpoint.replace(/\/+$/, ''), tokenFile: file('slack-token-file', flags.text('slack-token-file')), more, signingSecretFile: file('slack-signing-secret-file', flags.text('slack-signing-secret-file')) },
    storageRoots: (roots.length > 0 ? roots : [`${stateDir}/storage`]).map((root) => resolve(root)),
    clouds: {
      gcsCredentialsFile: file('gcs-credentials-file', flags.text('gcs-credentials-file')), s3CredentialsFile: file('s3-credentials-file', flags.text('s3-credentials-file')),
      azureCredentialsFile: file('azure-credentials-file', flags.text('azure-credentials-file')),
    },
    pubsub: (Number(flags.text('pubsub-workers') ?? 0)) > 0 ? 'report' : 'off',
    statuses: readStatuses(flags),
  };
}
