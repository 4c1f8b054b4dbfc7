import type { ProwJob } from '../core/prowjob.js';

/** Where results go (jobs 1.5). */
export interface Place {
  readonly bucket: string;
  readonly path_prefix?: string;
  readonly path_strategy?: string;
  readonly default_org?: string;
  readonly default_repo?: string;
}

/** Storage provider, host and path of a bucket: `gs://b`, `s3://b/p`, or `b` alone, which is Google's. */
export function bucketOf(bucket: string): Readonly<{ provider: string; name: string; path: string }> {
  const [, provider = 'gs', name = '', path = ''] = /^(?:([^:/]+):\/\/)?([^/]*)\/?(.*)$/.exec(bucket) ?? [];
  return { provider, name, path };
}

/** The folder of a job's results in its bucket (jobs 4.8). */
export function jobPath({ type, job, refs }: ProwJob['spec'], buildId: string, place: Place): string {
  const number = refs?.pulls?.[0]?.number;
  const parts = type === 'presubmit' ? ['pr-logs', 'pull', repoSegment(refs?.org ?? '', refs?.repo ?? '', place), String(number ?? ''), job, buildId]
    : type === 'batch' ? ['pr-logs', 'pull', 'batch', job, buildId]
      : ['logs', job, buildId];
  return [...(place.path_prefix ?? '').split('/'), ...parts].filter((part) => part !== '').join('/');
}

function repoSegment(org: string, repo: string, { path_strategy: strategy, default_org: defaultOrg, default_repo: defaultRepo }: Place): string {
  const whole = `${org.replace(/^https?:\/\//, '').replace(/\/+$/, '')}_${repo.replaceAll('/', '_')}`;
  if (strategy !== 'legacy' && strategy !== 'single') return whole;
  if (org !== defaultOrg) return whole;
  if (repo === defaultRepo) return '';
  return strategy === 'legacy' ? repo : whole;
}
