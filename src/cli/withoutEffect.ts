import type { FlagTable } from './flags.js';

const about = 'Accepted and without effect here';
const one = (kind: 'string' | 'int' | 'list' | 'bool' | 'duration', why: string) => ({ kind, about: `${about}: ${why}.` }) as const;
const PACED = "calls are paced by GitHub's own limits";
const TRIED = 'calls are tried again as GitHub says';

/** Flags of upstream's client of GitHub that mean nothing to commands that ask it a little (config 6.1). */
export const GITHUB_WITHOUT_EFFECT = {
  'github-host': one('string', 'nothing is cloned'),
  'github-graphql-endpoint': one('string', 'only the REST API is asked'),
  'github-hourly-tokens': one('int', PACED), 'github-allowed-burst': one('int', PACED), 'github-throttle-org': one('list', PACED),
  'github-client.request-timeout': one('duration', TRIED), 'github-client.max-retries': one('int', TRIED), 'github-client.max-404-retries': one('int', TRIED),
  'github-client.backoff-timeout': one('duration', TRIED), 'github-client.initial-delay': one('duration', TRIED),
  'git-signing-key-path': one('string', 'no commit is made'),
} as const satisfies FlagTable;

/** Flags about clusters for commands that ask only the one of `--kubeconfig` (config 9.5). */
export const KUBERNETES_WITHOUT_EFFECT = {
  'kubeconfig-dir': one('string', 'build clusters are not asked'), 'kubeconfig-suffix': one('string', 'build clusters are not asked'),
  'projected-token-file': one('string', 'the cluster is that of a kubeconfig'), 'no-in-cluster-config': one('bool', 'the cluster is that of a kubeconfig'),
} as const satisfies FlagTable;

export const STORAGE_WITHOUT_EFFECT = {
  'gcs-credentials-file': one('string', 'no bucket is read'), 's3-credentials-file': one('string', 'no bucket is read'),
} as const satisfies FlagTable;

/** Flags about how upstream reads repositories' own jobs (config 9.5). */
export const READING_WITHOUT_EFFECT = {
  'cache-dir-base': one('string', 'nothing is cloned'), 'in-repo-config-cache-size': one('int', "no repository's own jobs are fetched"), 'moonraker-address': one('string', 'there is no such server'),
} as const satisfies FlagTable;
