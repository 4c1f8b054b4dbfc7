import { decorationFaults } from '../jobs/decoration.js';
import { textAt } from '../jobs/data.js';
import type { Finding } from '../findings.js';
import { placeIn } from '../places.js';
import { staticJobs, type Check } from './input.js';

const LONGEST_NAME = 63;

export const nonDecoratedJobs: Check = (input) => staticJobs(input).flatMap(({ job, at }) =>
  (job.agent === 'kubernetes' && !job.decorate && !job.decoration_config ? [at('', `${job.name}: is not decorated, so Prow keeps no logs of it`)] : []));

export const validDecoration: Check = (input) => staticJobs(input).flatMap(({ job, at }) =>
  (job.decoration_config ? decorationFaults(job.decoration_config).map(([path, message]) => at(['decoration_config', ...path], `${job.name}: ${message}`)) : []));

/** The name becomes a label, which is cut. */
export const longJobNames: Check = (input) => staticJobs(input).flatMap(({ job, at }) =>
  (job.agent === 'kubernetes' && job.name.length > LONGEST_NAME ? [at('name', `${job.name}: expected at most ${LONGEST_NAME} characters, found ${job.name.length}`)] : []));

export const duplicateJobRefs: Check = (input) => staticJobs(input).flatMap(({ type, repo, job, at }): readonly Finding[] => {
  if (type !== 'presubmit') return [];
  const seen = new Set([repo]);
  return job.extra_refs.flatMap((ref, n) => {
    const slug = `${textAt(ref, 'org')}/${textAt(ref, 'repo')}`;
    const twice = seen.has(slug);
    seen.add(slug);
    return twice ? [at(['extra_refs', n], `${job.name}: ${slug} is ${slug === repo ? "the job's own repository" : 'there twice'}`)] : [];
  });
});

/** A periodic has no repository of its own; only its extra refs are cloned. */
export const periodicDefaultCloneConfig: Check = (input) => staticJobs(input).flatMap(({ type, job, at }): readonly Finding[] => {
  if (type !== 'periodic') return [];
  const set = [...(job.clone_depth === 0 ? [] : ['clone_depth']), ...(job.clone_uri === '' ? [] : ['clone_uri']), ...(job.path_alias === '' ? [] : ['path_alias'])];
  return set.map((key) => at(key, `${job.name}: has no effect here, say it in extra_refs`));
});

export const requiredJobAnnotations: Check = (input) => staticJobs(input).flatMap(({ job, at }) =>
  input.requiredAnnotations.filter((key) => !Object.hasOwn(job.annotations, key)).map((key) => at('annotations', `${job.name}: lacks the annotation ${key}`)));

export const validateClusterField: Check = (input) => {
  const { clusters, prowSources } = input;
  const broken = clusters.kind === 'broken' ? [placeIn(prowSources, ['plank', 'build_cluster_status_file'], `the file cannot be read: ${clusters.why}`)] : [];
  return [...broken, ...staticJobs(input).flatMap(({ job, at }): readonly Finding[] => {
    if (job.agent === 'jenkins' && job.cluster !== 'default') return [at('cluster', `${job.name}: has no effect for the agent jenkins`)];
    return clusters.kind === 'known' && !clusters.states.has(job.cluster) ? [at('cluster', `${job.name}: the cluster ${job.cluster} is not in plank.build_cluster_status_file`)] : [];
  })];
};
