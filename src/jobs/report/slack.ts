import { goTemplate } from '../../config/goTemplate.js';
import { isRecord } from '../../config/decode.js';
import { slackReporterFor } from '../../config/prow/slack.js';
import type { Snapshot } from '../../config/snapshot.js';
import { prowJobData } from '../../config/templateData.js';
import type { Log } from '../../core/ports/log.js';
import type { SlackMessages } from '../../core/ports/slack.js';
import { isFinal } from '../../core/retry.js';
import type { ProwJob } from '../../core/prowjob.js';
import type { Reporter } from './reporter.js';

export interface SlackReportDeps {
  readonly config: () => Pick<Snapshot, 'prow'>;
  readonly slack: SlackMessages;
  readonly log: Log;
}

interface Wish {
  readonly host: string;
  readonly channel: string;
  readonly text: string;
}

/** What Slack is told of a job in its present state; undefined: nothing (jobs 10.4). */
export function slackWish(job: ProwJob, { prow }: Pick<Snapshot, 'prow'>): Wish | undefined {
  const refs = job.spec.refs ?? job.spec.extra_refs?.[0];
  const general = slackReporterFor(prow.slack_reporter_configs, refs);
  const reporter = job.spec['reporter_config'];
  const own = isRecord(reporter) && isRecord(reporter['slack']) ? reporter['slack'] : {};
  const text = (key: 'channel' | 'host' | 'report_template'): string => (typeof own[key] === 'string' && own[key] !== '' ? own[key] : general?.[key] ?? '');
  const states = Array.isArray(own['job_states_to_report']) ? (own['job_states_to_report'] as readonly unknown[]) : general?.job_states_to_report;
  const report = typeof own['report'] === 'boolean' ? own['report'] : (general?.report ?? true);
  const ownChannel = typeof own['channel'] === 'string' && own['channel'] !== '';
  if (!states?.includes(job.status.state) || !report) return undefined;
  if (!ownChannel && !general?.job_types_to_report.includes(job.spec.type)) return undefined;
  const template = text('report_template') || 'Job {{.Spec.Job}} of type {{.Spec.Type}} ended with state {{.Status.State}}. <{{.Status.URL}}|View logs>';
  return { host: text('host') || '*', channel: text('channel'), text: goTemplate(template).run(prowJobData(job)) };
}

/** Tells a channel what has become of a job. What Slack refuses for good (no such channel) is logged and counts as told. */
export function slackReporter({ config, slack, log }: SlackReportDeps): Reporter {
  return {
    name: 'slackreporter',
    wants: (job) => {
      try {
        return slackWish(job, config()) !== undefined;
      } catch {
        return true; // a template that fails is told when it is run
      }
    },
    async report(job, { signal }) {
      try {
        const wish = slackWish(job, config());
        if (wish) await slack.post(wish, { signal });
      } catch (error) {
        if (!isFinal(error) && !(error instanceof TypeError || error instanceof RangeError || error instanceof SyntaxError)) throw error;
        log.warn({ err: error, job: job.metadata.name }, 'Slack is not told of a job');
      }
      return { kind: 'done' };
    },
  };
}
