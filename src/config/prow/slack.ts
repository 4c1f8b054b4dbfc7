import { z } from 'zod';
import type { Refs } from '../../core/prowjob.js';
import { goTemplate } from '../goTemplate.js';
import { forRepo, own } from '../lookup.js';
import { rule, rules } from '../rules.js';
import { Strings, templateFault } from '../scalars.js';
import { emptyProwJobData } from '../templateData.js';

const DEFAULT_TEMPLATE = 'Job {{.Spec.Job}} of type {{.Spec.Type}} ended with state {{.Status.State}}. <{{.Status.URL}}|View logs>';

/** Why a template is none, or fails on a ProwJob in which nothing is set; upstream refuses both at load. */
function slackTemplateFault(text: string): string | undefined {
  const unreadable = templateFault(text);
  if (unreadable !== undefined) return `expected a Go template: ${unreadable}`;
  try {
    goTemplate(text).run(emptyProwJobData());
    return undefined;
  } catch (err) {
    return `fails on a ProwJob in which nothing is set, so guard what may be missing with {{if}}: ${err instanceof Error ? err.message : String(err)}`;
  }
}

/** What is told to Slack about jobs (config 2.5.14). */
export const SlackReporter = z.object({
  job_types_to_report: Strings.describe('The types of job that are told of: presubmit, postsubmit, periodic, batch.'),
  job_states_to_report: Strings.describe('The states of a job that are told of: success, failure, aborted, error, ...'),
  host: z.string().default('').describe('The Slack workspace, where there are several tokens.'),
  channel: z.string().default('').describe('The channel; needed.'),
  report: z.boolean().optional().describe('false: nothing is told.'),
  report_template: z.string().default('').transform((text) => text || DEFAULT_TEMPLATE).superRefine((text, context) => {
    const fault = slackTemplateFault(text);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  }).describe('Go template of the message; its data is the ProwJob. It must work for a job without refs.'),
}).check(rules(rule<Readonly<{ channel: string }>>(['channel'], 'channel', ({ channel }) => (channel === '' ? 'expected a channel' : undefined)))).readonly();
export type SlackReporter = z.infer<typeof SlackReporter>;

/** Who is told about the jobs of a repository; `*` where a job has no refs. Undefined when nobody is (config 2.5.14). */
export function slackReporterFor(reporters: Readonly<Record<string, SlackReporter>>, refs: Pick<Refs, 'org' | 'repo'> | undefined): SlackReporter | undefined {
  return refs ? forRepo(reporters, { org: refs.org, name: refs.repo }) : own(reporters, '*');
}
