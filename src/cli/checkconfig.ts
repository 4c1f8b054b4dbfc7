import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ConfigFiles } from '../config/configFiles.js';
import { CHECK_NAMES, CHECKS, chosen, type CheckName } from '../config/checks/registry.js';
import { staticJobs, type CheckInput } from '../config/checks/input.js';
import { unknownPlugins } from '../config/checks/plugins.js';
import { UNKNOWN_KEY } from '../config/decode.js';
import { formatFinding, noFindings, type Finding } from '../config/findings.js';
import { textAt } from '../config/jobs/data.js';
import { yamlFiles } from '../config/jobs/files.js';
import { readSource } from '../config/jobs/gather.js';
import { inRepoJobs } from '../config/jobs/inRepo.js';
import { readConfig } from '../config/load.js';
import { regexFault } from '../config/scalars.js';
import type { Snapshot } from '../config/snapshot.js';
import type { Source } from '../config/yaml/source.js';
import { pattern } from '../core/re2.js';
import type { Repo } from '../core/ids.js';
import { CONFIG_FLAGS, configFiles } from './configFlags.js';
import { UsageError, parseFlags, reader, type FlagTable } from './flags.js';

const GITHUB_FLAG = { kind: 'string', about: 'Accepted and without effect: nothing here asks GitHub or a storage.' } as const;

export const CHECKCONFIG_FLAGS = {
  ...CONFIG_FLAGS,
  'supplemental-prow-configs-filename': { kind: 'string', about: 'The same flag under an older name.' },
  'plugin-config': { kind: 'string', about: 'Path of plugins.yaml. Without it nothing about plugins is checked.' },
  'supplemental-plugin-config-dir': { kind: 'list', about: 'Folder with more files of plugin configuration; may be given several times.' },
  'supplemental-plugin-configs-filename-suffix': { kind: 'string', about: 'End of the names of those files.', default: '_pluginconfig.yaml' },
  warnings: { kind: 'list', about: `A warning to look for, instead of the default ones: ${CHECK_NAMES.join(', ')}.` },
  'exclude-warning': { kind: 'list', about: 'A warning not to look for.' },
  'include-default-warnings': { kind: 'bool', about: 'Look for the default warnings besides --warnings.', default: 'false' },
  'expensive-checks': { kind: 'bool', about: 'Look for the optional warnings besides the default ones.', default: 'false' },
  strict: { kind: 'bool', about: 'Fail when there is a warning.', default: 'false' },
  'required-job-annotations': { kind: 'list', about: 'An annotation that every job must have.' },
  'prow-yaml-repo-name': { kind: 'string', about: 'ORG/REPO whose own configuration is checked as well.' },
  'prow-yaml-path': { kind: 'string', about: 'A file in the folder that holds .prow or .prow.yaml; the current folder where unset.' },
  'github-endpoint': { ...GITHUB_FLAG, kind: 'list' }, 'github-graphql-endpoint': GITHUB_FLAG, 'github-host': GITHUB_FLAG, 'github-token-path': GITHUB_FLAG,
  'github-app-id': GITHUB_FLAG, 'github-app-private-key-path': GITHUB_FLAG, 'github-hourly-tokens': GITHUB_FLAG, 'github-allowed-burst': GITHUB_FLAG,
  'gcs-credentials-file': GITHUB_FLAG, 's3-credentials-file': GITHUB_FLAG, 'cache-dir-base': GITHUB_FLAG, 'in-repo-config-cache-size': GITHUB_FLAG, 'moonraker-address': GITHUB_FLAG,
} as const satisfies FlagTable;

interface CheckconfigDeps {
  readonly print: (line: string) => void;
  /** Remarks that are no findings. */
  readonly note: (line: string) => void;
  readonly contextFault: (snapshot: Snapshot, at: Repo & Readonly<{ branch: string }>) => string | undefined;
}

interface Options {
  readonly files: ConfigFiles;
  readonly checks: readonly CheckName[];
  readonly named: readonly CheckName[];
  readonly strict: boolean;
  readonly requiredAnnotations: readonly string[];
  readonly inRepo: Readonly<{ repo: Repo; folder: string }> | undefined;
}

/**
 * Checks the configuration as upstream's command does (config 4.1): 1 when it does not load, or with `--strict` when there is a
 * warning, else 0. Every finding is one line, `file:line:column: key: message`; a warning ends with its name.
 */
export async function checkconfig(args: readonly string[], { print, note, contextFault }: CheckconfigDeps): Promise<number> {
  const options = readOptions(args);
  const blind = options.checks.filter((name) => !('check' in CHECKS[name]));
  for (const name of blind) {
    if (options.named.includes(name)) throw new Error(`--warnings=${name}: only GitHub could tell, and this command does not ask GitHub`);
    note(`${name} is left out: only GitHub could tell`);
  }
  const { findings, snapshot, ...read } = await readConfig(options.files);
  if (!snapshot) return fail(findings.errors, { print, note });
  const input: CheckInput = {
    ...read, snapshot, files: options.files, loadWarnings: findings.warnings, requiredAnnotations: options.requiredAnnotations,
    clusters: await clusterStates(snapshot, note),
    contextFault: (at) => {
      try {
        return contextFault(snapshot, at);
      } catch (err) {
        return err instanceof Error ? err.message : String(err); // an optional expression that does not compile
      }
    },
  };
  const errors = [...unknownPlugins(input), ...gerritTriggers(input), ...(await inRepoErrors(input, options))];
  if (errors.length > 0) return fail(errors, { print, note });
  for (const finding of findings.warnings) if (finding.message !== UNKNOWN_KEY) note(formatFinding(finding));
  let count = 0;
  for (const name of options.checks) {
    const entry = CHECKS[name];
    for (const finding of 'check' in entry ? entry.check(input) : []) {
      print(`${formatFinding(finding)} [${name}]`);
      count++;
    }
  }
  note(count === 0 ? 'the configuration is fine' : `the configuration loads, with ${count} ${count === 1 ? 'warning' : 'warnings'}`);
  return count > 0 && options.strict ? 1 : 0;
}

function readOptions(args: readonly string[]): Options {
  const parsed = parseFlags(args, CHECKCONFIG_FLAGS, {});
  const flags = reader(parsed, CHECKCONFIG_FLAGS);
  if (parsed.rest.length > 0) throw new UsageError(`there is nothing to say behind the flags, found ${JSON.stringify(parsed.rest[0])}`);
  const warnings = flags.list('warnings').map((name) => {
    const known = CHECK_NAMES.find((one) => one === name);
    if (!known) throw new Error(`--warnings: there is no warning ${JSON.stringify(name)}; there are ${CHECK_NAMES.join(', ')}`);
    return known;
  });
  // Wrong values end with 1 here, as upstream's do; only unknown flags end with 2.
  if ((flags.text('config-path') ?? '') === '') throw new Error('--config-path is missing');
  const files = configFiles(flags);
  return {
    files: {
      ...files,
      supplementalProwConfigSuffix: flags.text('supplemental-prow-configs-filename') ?? files.supplementalProwConfigSuffix ?? '_prowconfig.yaml',
      pluginConfigPath: flags.text('plugin-config'),
      supplementalPluginConfigDirs: flags.list('supplemental-plugin-config-dir'),
      supplementalPluginConfigSuffix: flags.text('supplemental-plugin-configs-filename-suffix') ?? '_pluginconfig.yaml',
    },
    checks: chosen({ warnings, includeDefault: flags.flag('include-default-warnings'), expensive: flags.flag('expensive-checks'), exclude: flags.list('exclude-warning') }),
    named: warnings,
    strict: flags.flag('strict'),
    requiredAnnotations: flags.list('required-job-annotations'),
    inRepo: inRepoOption(flags.text('prow-yaml-repo-name') ?? '', flags.text('prow-yaml-path') ?? ''),
  };
}

function inRepoOption(name: string, path: string): Options['inRepo'] {
  if (name === '') {
    if (path !== '') throw new Error('--prow-yaml-path needs --prow-yaml-repo-name');
    return undefined;
  }
  const [org = '', repo = '', ...more] = name.split('/');
  if (org === '' || repo === '' || more.length > 0) throw new Error(`--prow-yaml-repo-name: expected ORG/REPO, found ${JSON.stringify(name)}`);
  return { repo: { org, name: repo }, folder: dirname(path) };
}

/** Errors of a repository's own configuration; unknown keys are errors only where all of them are looked for. */
async function inRepoErrors(input: CheckInput, { inRepo, checks }: Options): Promise<readonly Finding[]> {
  if (!inRepo) return [];
  const findings = noFindings();
  const sources: Source[] = [];
  for (const file of await inRepoFiles(inRepo.folder)) {
    const { source } = await readSource(file, findings);
    if (source) sources.push(source);
  }
  const { presubmits, at } = inRepoJobs(sources, { repo: inRepo.repo, snapshot: input.snapshot, centralPresets: input.jobs.presets, findings });
  const refused = presubmits.map((job, n) => {
    const fault = gerritFault(input, job.rerun_command);
    return fault === undefined ? undefined : at(n, 'rerun_command', `${job.name}: ${fault}`);
  });
  return [...findings.errors, ...(checks.includes('unknown-fields-all') ? findings.warnings : []), ...refused.filter((one) => one !== undefined)];
}

/** All files below `.prow`, else `.prow.yaml`, else none. */
async function inRepoFiles(folder: string): Promise<readonly string[]> {
  const is = async (path: string) => stat(path).then((found) => (found.isDirectory() ? 'folder' : 'file'), () => 'nothing');
  const found = await is(join(folder, '.prow'));
  if (found === 'file') throw new Error(`${join(folder, '.prow')}: expected a folder, found a file`);
  if (found === 'folder') return yamlFiles(join(folder, '.prow'));
  return (await is(join(folder, '.prow.yaml'))) === 'file' ? [join(folder, '.prow.yaml')] : [];
}

function fail(errors: readonly Finding[], { print, note }: Pick<CheckconfigDeps, 'print' | 'note'>): 1 {
  for (const finding of errors) print(formatFinding(finding));
  note(`the configuration is refused, with ${errors.length} ${errors.length === 1 ? 'error' : 'errors'}`);
  return 1;
}

/** Every presubmit must be startable from Gerrit where that is restricted; no warning, an error. */
function gerritTriggers(input: CheckInput): readonly Finding[] {
  return staticJobs(input).flatMap(({ type, job, at }) => {
    const fault = type === 'presubmit' ? gerritFault(input, job.rerun_command) : undefined;
    return fault === undefined ? [] : [at('rerun_command', `${job.name}: ${fault}`)];
  });
}

function gerritFault({ snapshot }: CheckInput, command: string): string | undefined {
  const source = textAt(snapshot.prow.gerrit, 'allowed_presubmit_trigger_re');
  if (source === '' || regexFault(source) !== undefined || pattern(source).test(command)) return undefined;
  return `${JSON.stringify(command)} does not match gerrit.allowed_presubmit_trigger_re`;
}

/** The states of build clusters, where a local file tells them; that it cannot be read is only remarked. */
async function clusterStates({ prow }: Snapshot, note: (line: string) => void): Promise<ReadonlyMap<string, string> | undefined> {
  const path = prow.plank.build_cluster_status_file;
  if (path === '') return undefined;
  try {
    if (path.includes('://')) throw new Error('it is not on this machine');
    const states: unknown = JSON.parse(await readFile(path, 'utf8'));
    return new Map(Object.entries(Object(states) as Readonly<Record<string, unknown>>).map(([name, state]) => [name, String(state)]));
  } catch (err) {
    note(`plank.build_cluster_status_file ${path} is not looked at: ${err instanceof Error ? err.message : String(err)}`);
    return undefined;
  }
}
