import { dirname } from 'node:path';
import type { ConfigFiles } from '../config/configFiles.js';
import { CHECK_NAMES, CHECKS, chosen, type CheckName } from '../config/checks/registry.js';
import type { Repo } from '../core/ids.js';
import { CONFIG_FLAGS, configFiles } from './configFlags.js';
import { GITHUB_WITHOUT_EFFECT, READING_WITHOUT_EFFECT, STORAGE_WITHOUT_EFFECT } from './withoutEffect.js';
import { UsageError, parseFlags, reader, type FlagReader, type FlagTable } from './flags.js';

export const CHECKCONFIG_FLAGS = {
  ...CONFIG_FLAGS,
  'supplemental-prow-configs-filename': { kind: 'string', about: 'The same flag under an older name.' },
  'plugin-config': { kind: 'string', about: 'Path of plugins.yaml. Without it nothing about plugins is checked.' },
  'supplemental-plugin-config-dir': { kind: 'list', about: 'Folder with more files of plugin configuration; may be given several times.' },
  'supplemental-plugin-configs-filename-suffix': { kind: 'string', about: 'End of the names of those files.', default: '_pluginconfig.yaml' },
  warnings: { kind: 'list', about: `A warning to look for, instead of the default ones: ${CHECK_NAMES.join(', ')}.` },
  'exclude-warning': { kind: 'list', about: 'A warning not to look for.' },
  'include-default-warnings': { kind: 'bool', about: 'Look for the default warnings besides --warnings.', default: 'false' },
  'expensive-checks': { kind: 'bool', about: 'Look for all warnings, also those for which GitHub is asked.', default: 'false' },
  strict: { kind: 'bool', about: 'Fail when there is a warning.', default: 'false' },
  output: { kind: 'string', about: 'How findings are printed: text, or json for one object a line.', default: 'text' },
  'required-job-annotations': { kind: 'list', about: 'An annotation that every job must have.' },
  'prow-yaml-repo-name': { kind: 'string', about: 'ORG/REPO whose own configuration is checked as well.' },
  'prow-yaml-path': { kind: 'string', about: 'A file in the folder that holds .prow or .prow.yaml; the current folder where unset.' },
  'github-endpoint': { kind: 'list', about: "Address of GitHub's API; the first one is asked.", default: 'https://api.github.com' },
  'github-token-path': { kind: 'string', about: 'File with a personal token, for the warnings for which GitHub is asked.' },
  'github-app-id': { kind: 'string', about: 'Number of a GitHub App, for the same; adds the warning validate-github-app-installation.' },
  'github-app-private-key-path': { kind: 'string', about: "File with the App's private key." },
  ...GITHUB_WITHOUT_EFFECT, ...STORAGE_WITHOUT_EFFECT, ...READING_WITHOUT_EFFECT,
} as const satisfies FlagTable;

/** How GitHub is asked. */
export interface GithubOptions {
  readonly endpoint: string;
  readonly account: Readonly<{ kind: 'token'; path: string } | { kind: 'app'; id: string; keyPath: string }>;
}

export interface CheckconfigOptions {
  readonly files: ConfigFiles;
  readonly checks: readonly CheckName[];
  readonly strict: boolean;
  readonly output: 'text' | 'json';
  /** What is excluded and no warning: upstream takes it without a word. */
  readonly unknownExclusions: readonly string[];
  readonly requiredAnnotations: readonly string[];
  readonly inRepo: Readonly<{ repo: Repo; folder: string }> | undefined;
  /** Missing where there is no account to ask with. */
  readonly github: GithubOptions | undefined;
}

/** What the flags say. Throws UsageError for unknown flags, which ends with 2; wrong values end with 1, as upstream's do. */
export function readOptions(args: readonly string[]): CheckconfigOptions {
  const parsed = parseFlags(args, CHECKCONFIG_FLAGS, {});
  const flags = reader(parsed, CHECKCONFIG_FLAGS);
  if (parsed.rest.length > 0) throw new UsageError(`there is nothing to say behind the flags, found ${JSON.stringify(parsed.rest[0])}`);
  const warnings = flags.list('warnings').map((name) => {
    const known = CHECK_NAMES.find((one) => one === name);
    if (!known) throw new Error(`--warnings: there is no warning ${JSON.stringify(name)}; there are ${CHECK_NAMES.join(', ')}`);
    return known;
  });
  if ((flags.text('config-path') ?? '') === '') throw new Error('--config-path is missing');
  const files = configFiles(flags);
  const github = githubOptions(flags);
  const options: CheckconfigOptions = {
    files: {
      ...files,
      supplementalProwConfigSuffix: flags.text('supplemental-prow-configs-filename') ?? files.supplementalProwConfigSuffix ?? '_prowconfig.yaml',
      pluginConfigPath: flags.text('plugin-config'),
      supplementalPluginConfigDirs: flags.list('supplemental-plugin-config-dir'),
      supplementalPluginConfigSuffix: flags.text('supplemental-plugin-configs-filename-suffix') ?? '_pluginconfig.yaml',
    },
    checks: chosen({
      warnings, includeDefault: flags.flag('include-default-warnings'), expensive: flags.flag('expensive-checks'), exclude: flags.list('exclude-warning'), app: github?.account.kind === 'app' ? 'given' : 'none',
    }),
    strict: flags.flag('strict'),
    output: outputOption(flags.text('output') ?? 'text'),
    unknownExclusions: flags.list('exclude-warning').filter((name) => !CHECK_NAMES.some((one) => one === name)),
    requiredAnnotations: flags.list('required-job-annotations'),
    inRepo: inRepoOption(flags.text('prow-yaml-repo-name') ?? '', flags.text('prow-yaml-path') ?? ''),
    github,
  };
  needAccount(options);
  return options;
}

function outputOption(text: string): CheckconfigOptions['output'] {
  if (text !== 'text' && text !== 'json') throw new Error(`--output: expected text or json, found ${JSON.stringify(text)}`);
  return text;
}

function githubOptions(flags: FlagReader): GithubOptions | undefined {
  const [tokenPath, id, keyPath] = ['github-token-path', 'github-app-id', 'github-app-private-key-path'].map((name) => flags.text(name) ?? '');
  const endpoint = flags.list('github-endpoint').find((one) => one !== '') ?? 'https://api.github.com';
  if (!URL.canParse(endpoint)) throw new Error(`--github-endpoint: expected an address such as https://api.github.com, found ${JSON.stringify(endpoint)}`);
  if (Boolean(id) !== Boolean(keyPath)) throw new Error('--github-app-id and --github-app-private-key-path go together');
  if (tokenPath && id) throw new Error('expected --github-token-path or the flags of a GitHub App, not both');
  if (tokenPath) return { endpoint, account: { kind: 'token', path: tokenPath } };
  return id && keyPath ? { endpoint, account: { kind: 'app', id, keyPath } } : undefined;
}

/** Whoever asks for what only GitHub can tell must say as whom it is asked. */
function needAccount({ checks, github, files }: CheckconfigOptions): void {
  for (const name of checks.filter((one) => 'asks' in CHECKS[one])) {
    // Without plugins nobody reads OWNERS files.
    if (name === 'verify-owners-presence' && (files.pluginConfigPath ?? '') === '') continue;
    if (name === 'validate-github-app-installation' && github?.account.kind !== 'app') {
      throw new Error(`${name} asks GitHub: give --github-app-id and --github-app-private-key-path, or --exclude-warning=${name}`);
    }
    if (!github) throw new Error(`${name} asks GitHub: give --github-token-path, or the flags of a GitHub App, or --exclude-warning=${name}`);
  }
}

function inRepoOption(name: string, path: string): CheckconfigOptions['inRepo'] {
  if (name === '') {
    if (path !== '') throw new Error('--prow-yaml-path needs --prow-yaml-repo-name');
    return undefined;
  }
  const [org = '', repo = '', ...more] = name.split('/');
  if (org === '' || repo === '' || more.length > 0) throw new Error(`--prow-yaml-repo-name: expected ORG/REPO, found ${JSON.stringify(name)}`);
  return { repo: { org, name: repo }, folder: dirname(path) };
}
