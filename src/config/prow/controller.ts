import { z } from 'zod';
import type { Refs } from '../../core/prowjob.js';
import { forRepo, own } from '../lookup.js';
import { notBoth } from '../rules.js';
import { Template } from '../scalars.js';

/** Keys that whatever runs jobs has in common: plank, and each Jenkins operator (config 2.5.3, 2.5.10). */
export const controllerKeys = {
  report_template: Template.default('').describe('Deprecated: the same as an entry "*" of report_templates.'),
  report_templates: z.record(z.string(), Template).readonly().default({})
    .describe('Go templates of the text about failed jobs, by org/repo, org or "*"; their data is the first ProwJob of those reported.'),
  max_concurrency: z.int().min(0, { error: 'expected 0 or more' }).default(0).describe('So many jobs at most run at once; 0 means no limit.'),
  max_goroutines: z.int().min(0, { error: 'expected 0 or more' }).default(20).transform((n) => n || 20).describe('So many ProwJobs are looked at at once.'),
};

interface Reporting {
  readonly report_template: string;
  readonly report_templates: Readonly<Record<string, string>>;
}

/** Both forms of the templates at once are a fault. */
export const REPORT_TEMPLATES = notBoth('report_template', 'report_templates');

/** Moves the deprecated `report_template` to where it is read. */
export function withReportTemplates<T extends Reporting>(section: T): T {
  return section.report_template === '' ? section : { ...section, report_templates: { '*': section.report_template } };
}

/** The template of the text about jobs of a repository; `*` where a job has none. Undefined when there is none (config 2.5.3). */
export function reportTemplateFor({ report_templates: templates }: Pick<Reporting, 'report_templates'>, refs: Pick<Refs, 'org' | 'repo'> | undefined): string | undefined {
  return refs ? forRepo(templates, { org: refs.org, name: refs.repo }) : own(templates, '*');
}
