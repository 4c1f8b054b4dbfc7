import { z } from 'zod';
import { dataFaults } from '../kube/check.js';
import { dataOf } from '../kube/data.js';
import type { TypeName } from '../kube/normalize.js';
import { notBoth, rules } from '../rules.js';
import { Duration, Template, UrlText } from '../scalars.js';
import { controllerKeys, REPORT_TEMPLATES, withReportTemplates } from './controller.js';

/** Data whose values must be of the kinds that its fields have. */
function checkedData(type: TypeName) {
  return dataOf(type).superRefine((data, context) => {
    for (const [path, message] of dataFaults(type, data).wrong) context.addIssue({ code: 'custom', path: [...path], message });
  });
}

const entryKeys = {
  repo: z.string().default('').describe('The org/repo or org whose jobs are meant, compared exactly; "*" or nothing means all.'),
  cluster: z.string().default('').describe('The build cluster whose jobs are meant; "*" or nothing means all.'),
};
/** Decoration defaults for the jobs they match (config 2.5.1); their content stays data. */
export const DecorationEntry = z.object({ ...entryKeys, config: checkedData('DecorationConfig').default({}).describe('What these jobs inherit.') }).readonly();
export type DecorationEntry = z.infer<typeof DecorationEntry>;

/** Defaults of `prowjob_defaults` for the jobs they match (config 2.5.2). */
export const ProwJobDefaultEntry = z.object({ ...entryKeys, config: checkedData('ProwJobDefaults').default({}).describe('What these jobs inherit.') }).readonly();

/** The `plank` section (config 2.5.3). Durations are milliseconds. */
export const Plank = z.object({
  ...controllerKeys,
  job_url_template: Template.default('').describe('Go template of the address of a job, for jobs whose logs no prefix leads to; its data is the ProwJob.'),
  job_url_prefix_config: z.record(z.string(), UrlText).readonly().default({}).describe("Deck's address, by org/repo, org or \"*\"; the path of a job's logs is added to it."),
  jobURLPrefixDisableAppendStorageProvider: z.boolean().default(false).describe('Leave the kind of storage (/gs, /s3) out of the addresses of jobs.'),
  pod_pending_timeout: Duration.default(600_000).describe('A pod that takes longer to start ends its job.'),
  pod_running_timeout: Duration.default(48 * 3_600_000).describe('A pod that runs longer is stopped.'),
  pod_unscheduled_timeout: Duration.default(300_000).describe('A pod that waits longer for a node ends its job.'),
  max_revivals: z.int().default(3).describe('How often a pod that was lost (a node that went away, an eviction) is made anew; 0 means never.'),
  default_decoration_config_entries: z.array(DecorationEntry).readonly().default([]).describe('Defaults of decoration_config; all that match count, later ones over earlier ones.'),
  default_decoration_configs: z.record(z.string(), checkedData('DecorationConfig')).readonly().default({}).describe('The older form of default_decoration_config_entries, by "*", org or org/repo.'),
  job_queue_capacities: z.record(z.string(), z.int()).readonly().default({}).describe('How many jobs of a job_queue_name run at once: 0 stops them, a negative number means no limit.'),
  build_cluster_status_file: z.string().default('').describe('Where a JSON map from build clusters to their states is kept: a path, gs:// or s3://.'),
}).check(rules(REPORT_TEMPLATES, notBoth('default_decoration_configs', 'default_decoration_config_entries'))).transform(withReportTemplates).readonly();
