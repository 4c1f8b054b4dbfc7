import { CHECKS, type CheckName } from '../config/checks/registry.js';
import { staticJobs, type CheckInput, type FileInput } from '../config/checks/input.js';
import { unknownPlugins } from '../config/checks/plugins.js';
import { UNKNOWN_KEY } from '../config/decode.js';
import { formatFinding, short, type Finding } from '../config/findings.js';
import { readConfig, type Reading } from '../config/load.js';
import type { Presubmit } from '../config/jobs/schema.js';
import type { JobCache } from '../config/read/cache.js';
import type { Snapshot } from '../config/snapshot.js';
import { RemoteError } from '../core/errors.js';
import type { Repo } from '../core/ids.js';
import type { RepoSurvey } from '../core/ports/survey.js';
import { clusterStates, unreachable } from './checkconfigClusters.js';
import { gerritTriggers, inRepoErrors } from './checkconfigInRepo.js';
import { absentPlugins } from './checkconfigPlugins.js';
import { readOptions, type CheckconfigOptions, type GithubOptions } from './checkconfigOptions.js';

export { CHECKCONFIG_FLAGS } from './checkconfigOptions.js';

const AGENTS: readonly string[] = ['kubernetes', 'jenkins', 'tekton-pipeline'];

interface CheckconfigDeps {
  readonly print: (line: string) => void;
  /** Remarks that are no findings. */
  readonly note: (line: string) => void;
  /** Why the contexts of a branch contradict one another, given the presubmits that run on it. */
  readonly contextFault: (snapshot: Snapshot, at: Repo & Readonly<{ branch: string }>, presubmits: readonly Presubmit[]) => string | undefined;
  /** Reads the files of the account; throws where that fails. */
  readonly github: (options: GithubOptions) => RepoSurvey | Promise<RepoSurvey>;
  /** What earlier runs decoded. */
  readonly cache?: JobCache | undefined;
  /** Names of the plugins that are there. */
  readonly builtIn: ReadonlySet<string>;
}

/**
 * Checks the configuration as upstream's command does (config 4.1): 1 when it does not load, or with `--strict` when there is a
 * warning, else 0. Of a configuration that does not load it still says what its files show. Every finding is one line, `file:line:column: key: message`, and a warning ends with its name; or JSON.
 */
export async function checkconfig(args: readonly string[], { print, note, contextFault, github, cache, builtIn }: CheckconfigDeps): Promise<number> {
  const options = readOptions(args);
  for (const name of options.unknownExclusions) note(`--exclude-warning: there is no warning ${JSON.stringify(name)}`);
  const survey = options.github && options.checks.some((name) => 'asks' in CHECKS[name]) ? await github(options.github) : undefined;
  const { findings, snapshot, ...read } = await readConfig(options.files, { cache });
  const say = speaker(options.output, print);
  const files: FileInput = { ...read, files: options.files, loadWarnings: findings.warnings };
  const refused = snapshot ? findings.errors : [...findings.errors, ...unknownPlugins(files)];
  for (const finding of refused) say(finding);
  for (const finding of findings.warnings) if (finding.message !== UNKNOWN_KEY) note(formatFinding(finding));
  for (const line of onlyInMain(read)) note(line);
  if (!snapshot) return end({ errors: refused.length, warnings: sayOfFiles(options.checks, files, { errors: refused, say }) }, options, note);
  const input: CheckInput = {
    ...read, ...files, snapshot, requiredAnnotations: options.requiredAnnotations,
    clusters: options.checks.includes('validate-cluster-field') ? await clusterStates(snapshot.prow, note) : { kind: 'unknown' },
    contextFault: (at, presubmits) => {
      try {
        return contextFault(snapshot, at, presubmits);
      } catch (err) {
        return err instanceof Error ? err.message : String(err); // an optional expression that does not compile
      }
    },
  };
  const errors = [...unknownPlugins(input), ...gerritTriggers(input), ...(await inRepoErrors(input, options))];
  for (const finding of errors) say(finding);
  for (const line of [...unreachable(input), ...unknownAgents(input), ...absentPlugins(input, builtIn)]) note(line);
  let warnings = 0;
  for (const name of options.checks) {
    const found = await findingsOf(name, input, survey);
    for (const finding of found) say(finding, name);
    warnings += found.length;
  }
  read.keepNotes();
  return end({ errors: errors.length, warnings }, options, note);
}

type Say = (finding: Finding, check?: CheckName) => void;

/** Prints findings for people, or one JSON object a line for programs. What has no place has no `file`. */
function speaker(output: CheckconfigOptions['output'], print: (line: string) => void): Say {
  if (output === 'json') {
    return ({ file, line, column, path, message }, check) => { print(JSON.stringify({ ...(file !== '' && { file, line, column, path: short(path) }), severity: check ? 'warning' : 'error', ...(check && { check }), message: short(message) })); };
  }
  return (finding, check) => { print(`${finding.file === '' ? finding.message : formatFinding(finding)}${check ? ` [${check}]` : ''}`); };
}

/** The switch is for all jobs, so it stands where all of them are configured. */
function onlyInMain({ decorateAllSources }: Pick<Reading, 'decorateAllSources'>): readonly string[] {
  return decorateAllSources.map((source) => formatFinding(source.finding(['decorate_all_jobs'], 'has no effect in a file of jobs, only in config.yaml', 'key')));
}

/** Nothing is known of other agents, and so nothing is checked; upstream remarks it as well. */
function unknownAgents(input: CheckInput): readonly string[] {
  return staticJobs(input).filter(({ job }) => !AGENTS.includes(job.agent)).map(({ job, at }) => formatFinding(at('agent', `${job.name}: the agent ${job.agent} is not known, so the job is not checked`)));
}

/** What a check finds. That GitHub does not answer is a warning as well: what was asked for is not known to be fine. */
async function findingsOf(name: CheckName, input: CheckInput, survey: RepoSurvey | undefined): Promise<readonly Finding[]> {
  const entry = CHECKS[name];
  if ('check' in entry) return entry.check(input);
  if ('onFiles' in entry) return entry.onFiles(input);
  if (!survey) return [];
  try {
    return await entry.asks(input, survey);
  } catch (err) {
    if (!(err instanceof RemoteError)) throw err;
    return [{ file: '', line: 1, column: 1, path: '', message: `cannot be told: ${err.message}` }];
  }
}

/** Says what the checks of files find where there is no error yet; gives how much. */
function sayOfFiles(checks: readonly CheckName[], files: FileInput, { errors, say }: Readonly<{ errors: readonly Finding[]; say: Say }>): number {
  const placeOf = ({ file, line, column }: Finding) => JSON.stringify([file, line, column]);
  const wrong = new Set(errors.map(placeOf));
  let count = 0;
  for (const name of checks) {
    const entry = CHECKS[name];
    for (const finding of 'onFiles' in entry ? entry.onFiles(files) : []) {
      if (wrong.has(placeOf(finding))) continue;
      say(finding, name);
      count++;
    }
  }
  return count;
}

/** The last word, and the exit code. */
function end({ errors, warnings }: Readonly<{ errors: number; warnings: number }>, { strict }: Pick<CheckconfigOptions, 'strict'>, note: (line: string) => void): number {
  const counted = (count: number, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`;
  if (errors > 0) note(`the configuration is refused, with ${counted(errors, 'error')}${warnings === 0 ? '' : ` and ${counted(warnings, 'warning')}`}`);
  else note(warnings === 0 ? 'the configuration is fine' : `the configuration loads, with ${counted(warnings, 'warning')}`);
  return errors > 0 || (warnings > 0 && strict) ? 1 : 0;
}
