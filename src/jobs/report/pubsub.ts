import type { Log } from '../../core/ports/log.js';
import type { Topics } from '../../core/ports/topics.js';
import { isFinal } from '../../core/retry.js';
import type { ProwJob } from '../../core/prowjob.js';
import type { Reporter } from './reporter.js';

export interface PubsubReportDeps {
  readonly topics: Topics;
  /** What the address of a job begins with before its place in storage (`plank.job_url_prefix_config`). */
  readonly urlPrefix: (job: ProwJob) => string;
  readonly log: Log;
}

const LIMIT_MS = 10_000;
const PROJECT = 'prow.k8s.io/pubsub.project';
const TOPIC = 'prow.k8s.io/pubsub.topic';
const RUN = 'prow.k8s.io/pubsub.runID';

/** Whom a job is told to: annotations before labels (jobs 10.5); undefined: nobody. */
export function topicOf({ metadata }: Pick<ProwJob, 'metadata'>): Readonly<{ project: string; topic: string; run: string }> | undefined {
  const text = (key: string): string => metadata.annotations?.[key] ?? metadata.labels?.[key] ?? '';
  const [project, topic] = [text(PROJECT), text(TOPIC)];
  return project === '' || topic === '' ? undefined : { project, topic, run: text(RUN) };
}

/** The message about a job in its present state; keys and order are upstream's. */
export function pubsubMessage(job: ProwJob, urlPrefix: string): Readonly<Record<string, unknown>> | undefined {
  const to = topicOf(job);
  if (!to) return undefined;
  const { spec, status } = job;
  return {
    project: to.project, topic: to.topic, runid: to.run, status: status.state, url: status.url ?? '', gcs_path: storagePath(status.url ?? '', urlPrefix),
    refs: [...(spec.refs ? [spec.refs] : []), ...(spec.extra_refs ?? [])], job_type: spec.type, job_name: spec.job, message: status.description ?? '',
  };
}

function storagePath(url: string, prefix: string): string {
  if (url === '') return '';
  const rest = (url.startsWith(prefix) ? url.slice(prefix.length) : url).replace(/^\/+/, '').replace(/^gcs(?=\/)/, 'gs');
  const [, scheme, path] = /^(gs|s3)\/(.*)$/s.exec(rest) ?? [];
  return scheme === undefined ? `gs://${rest}` : `${scheme}://${path ?? ''}`;
}

/** Tells a topic of each state of a job that names one. What may not be written is logged and counts as told; a topic that is missing may yet be made. */
export function pubsubReporter({ topics, urlPrefix, log }: PubsubReportDeps): Reporter {
  return {
    name: 'pubsub-reporter',
    wants: (job) => topicOf(job) !== undefined,
    async report(job, { signal }) {
      const message = pubsubMessage(job, urlPrefix(job));
      const to = topicOf(job);
      if (!message || !to) return { kind: 'done' };
      try {
        await topics.publish({ project: to.project, topic: to.topic, json: JSON.stringify(message) }, { signal: AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]) });
      } catch (error) {
        if (!isFinal(error)) throw error;
        log.warn({ err: error, job: job.metadata.name }, 'Pub/Sub is not told of a job');
      }
      return { kind: 'done' };
    },
  };
}
