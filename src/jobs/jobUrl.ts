import { isRecord } from '../config/decode.js';
import { goTemplate } from '../config/goTemplate.js';
import { own } from '../config/lookup.js';
import type { ProwConfig } from '../config/prow/schema.js';
import { prowJobData } from '../config/templateData.js';
import type { ProwJob } from '../core/prowjob.js';
import { bucketOf, jobPath, type Place } from './artifactPath.js';

type Plank = Pick<ProwConfig['plank'], 'job_url_prefix_config' | 'job_url_template' | 'jobURLPrefixDisableAppendStorageProvider'>;
export type JobUrl = Readonly<{ url: string; fault?: string }>;

/**
 * Where people look at a job (jobs 3.9): the prefix and the place of its results when it is decorated, else what the template
 * says. A template that fails gives no address; `fault` says why.
 */
export function jobUrl(job: ProwJob, plank: Plank): JobUrl {
  const decoration = job.spec['decoration_config'];
  const gcs = isRecord(decoration) ? decoration['gcs_configuration'] : undefined;
  const prefix = jobUrlPrefix(job, plank);
  if (isRecord(decoration) && prefix !== '') return withPrefix(prefix, job, placeOf(isRecord(gcs) ? gcs : {}), plank);
  try {
    return { url: goTemplate(plank.job_url_template).run(prowJobData(job)) };
  } catch (err) {
    return { url: '', fault: err instanceof Error ? err.message : String(err) };
  }
}

/** What addresses of a job begin with, before the place of its results; empty without one. */
export function jobUrlPrefix(job: ProwJob, plank: Pick<Plank, 'job_url_prefix_config'>): string {
  const decoration = job.spec['decoration_config'];
  const gcs = isRecord(decoration) ? decoration['gcs_configuration'] : undefined;
  return (isRecord(gcs) && textOf(gcs['job_url_prefix'])) || prefixFor(job, plank);
}

function withPrefix(prefix: string, { spec, status }: ProwJob, place: Place, { jobURLPrefixDisableAppendStorageProvider: withoutProvider }: Plank): JobUrl {
  const { provider, name, path } = bucketOf(place.bucket);
  const parts = [...(withoutProvider ? [] : [provider]), name, path, jobPath(spec, status.build_id ?? '', place)];
  if (!URL.canParse(prefix)) return { url: '', fault: `not an address: ${JSON.stringify(prefix)}` };
  const url = new URL(prefix);
  url.pathname = [url.pathname, ...parts].join('/').replace(/\/{2,}/g, '/').replace(/(?<=.)\/$/, '');
  return { url: url.href };
}

/** By repository, organisation, or for all; an empty prefix counts as none. */
function prefixFor({ spec: { refs, extra_refs: extra } }: ProwJob, { job_url_prefix_config: prefixes }: Pick<Plank, 'job_url_prefix_config'>): string {
  const { org = '', repo = '' } = refs ?? extra?.[0] ?? {};
  return (org !== '' && (own(prefixes, `${org}/${repo}`) || own(prefixes, org))) || own(prefixes, '*') || '';
}

function placeOf(gcs: Readonly<Record<string, unknown>>): Place {
  const { bucket, path_prefix, path_strategy, default_org, default_repo } = gcs;
  return { bucket: textOf(bucket), path_prefix: textOf(path_prefix), path_strategy: textOf(path_strategy), default_org: textOf(default_org), default_repo: textOf(default_repo) };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
