import type { Finding } from '../findings.js';
import { field, textAt } from '../jobs/data.js';
import { placeIn } from '../places.js';
import { templateFault } from '../scalars.js';
import { staticJobs, type Check } from './input.js';

/** Ours: templates that upstream only reads when it needs them, so that a mistake shows in a page or in a report that never comes. */
export const templates: Check = (input) => {
  const { spyglass } = input.snapshot.prow.deck;
  const pages = (['announcement', 'pr_history_link_template'] as const).flatMap((key): readonly Finding[] => {
    const fault = templateFault(spyglass[key]);
    return fault === undefined ? [] : [placeIn(input.prowSources, ['deck', 'spyglass', key], `expected a Go template: ${fault}`)];
  });
  return [...pages, ...staticJobs(input).flatMap(({ job, at }): readonly Finding[] => {
    if (!job.reporter_config) return [];
    const fault = templateFault(textAt(field(job.reporter_config, 'slack'), 'report_template'));
    return fault === undefined ? [] : [at(['reporter_config', 'slack', 'report_template'], `${job.name}: expected a Go template: ${fault}`)];
  })];
};
