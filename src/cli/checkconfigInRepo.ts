import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { staticJobs, type CheckInput } from '../config/checks/input.js';
import { unknownIn } from '../config/checks/prow.js';
import { noFindings, type Finding } from '../config/findings.js';
import { yamlFiles } from '../config/jobs/files.js';
import { readSource } from '../config/jobs/gather.js';
import { InRepoConfig, inRepoJobs } from '../config/jobs/inRepo.js';
import type { Source } from '../config/yaml/source.js';
import { pattern } from '../core/re2.js';
import type { CheckconfigOptions } from './checkconfigOptions.js';

/** Errors of a repository's own configuration (config 5.3); unknown keys are errors only where all of them are looked for. */
export async function inRepoErrors(input: CheckInput, { inRepo, checks }: Pick<CheckconfigOptions, 'inRepo' | 'checks'>): Promise<readonly Finding[]> {
  if (!inRepo) return [];
  const findings = noFindings();
  const sources: Source[] = [];
  for (const file of await inRepoFiles(inRepo.folder, findings.errors)) {
    const { source } = await readSource(file, findings);
    if (source) sources.push(source);
  }
  const { presubmits, at } = inRepoJobs(sources, { repo: inRepo.repo, snapshot: input.snapshot, centralPresets: input.jobs.presets, findings });
  const refused = presubmits.map((job, n) => {
    const fault = gerritFault(input, job.rerun_command);
    return fault === undefined ? undefined : at(n, 'rerun_command', `${job.name}: ${fault}`);
  });
  const unknown = checks.includes('unknown-fields-all') ? [...findings.warnings, ...sources.flatMap((source) => unknownIn(InRepoConfig, source))] : [];
  return [...findings.errors, ...unknown, ...refused.filter((one) => one !== undefined)];
}

/** All files below `.prow`, else `.prow.yaml`, else none. That `.prow` is a file is a fault. */
async function inRepoFiles(folder: string, errors: Finding[]): Promise<readonly string[]> {
  const is = async (path: string) => stat(path).then((found) => (found.isDirectory() ? 'folder' : 'file'), () => 'nothing');
  const found = await is(join(folder, '.prow'));
  if (found === 'file') {
    errors.push({ file: join(folder, '.prow'), line: 1, column: 1, path: '', message: 'expected a folder, found a file' });
    return [];
  }
  if (found === 'folder') return yamlFiles(join(folder, '.prow'));
  return (await is(join(folder, '.prow.yaml'))) === 'file' ? [join(folder, '.prow.yaml')] : [];
}

/** Every presubmit must be startable from Gerrit where that is restricted; no warning, an error. */
export function gerritTriggers(input: CheckInput): readonly Finding[] {
  return staticJobs(input).flatMap(({ type, job, at }) => {
    const fault = type === 'presubmit' ? gerritFault(input, job.rerun_command) : undefined;
    return fault === undefined ? [] : [at('rerun_command', `${job.name}: ${fault}`)];
  });
}

function gerritFault({ snapshot }: CheckInput, command: string): string | undefined {
  const { allowed_presubmit_trigger_re: source } = snapshot.prow.gerrit;
  return source === '' || pattern(source).test(command) ? undefined : `${JSON.stringify(command)} does not match gerrit.allowed_presubmit_trigger_re`;
}
