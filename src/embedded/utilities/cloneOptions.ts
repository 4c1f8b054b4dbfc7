import { OptionsError, findOptions, optionsOf, parseFlags, type Flags, type Options } from './options.js';
import { clonePath, orgRepo, refsOf, refsOfFlag, type CloneRefs } from './refs.js';

/** Options of clonerefs (jobs 4.4, 5.1). */
export interface CloneOptions {
  readonly srcRoot: string;
  readonly log: string;
  readonly userName: string;
  readonly userEmail: string;
  readonly refs: readonly CloneRefs[];
  readonly keyFiles: readonly string[];
  readonly oauthTokenFile: string;
  readonly hostFingerprints: readonly string[];
  readonly cookiePath: string;
  readonly endpoints: readonly string[];
  readonly appId: string;
  readonly appPrivateKeyFile: string;
  /** 0: one for each repository. */
  readonly maxParallel: number;
  /** Whether a failed clone fails the program. */
  readonly fail: boolean;
  /** What is odd without being wrong. */
  readonly warnings: readonly string[];
}

const FLAGS: Flags = {
  'src-root': 'one', log: 'one', 'git-user-name': 'one', 'git-user-email': 'one', repo: 'many', 'ssh-key': 'many', 'clone-alias': 'many', 'uri-prefix': 'many', 'max-workers': 'one', cookiefile: 'one', fail: 'switch',
  'oauth-token-file': 'one', 'host-fingerprint': 'many', 'github-api-endpoint': 'many', 'github-app-id': 'one', 'github-app-private-key-file': 'one',
};

/** CLONEREFS_OPTIONS, else the flags. Throws OptionsError. */
export function cloneOptions(env: Readonly<Record<string, string | undefined>>, args: readonly string[]): CloneOptions {
  return checked(findOptions(env, 'CLONEREFS_OPTIONS') ?? ofFlags(args));
}

function ofFlags(args: readonly string[]): Options {
  const { one, many, on, rest } = parseFlags(args, FLAGS);
  if (rest.length > 0) throw new OptionsError(`unexpected argument ${JSON.stringify(rest[0])}`);
  const workers = Number(one('max-workers') ?? '0');
  const templates = [...many('clone-alias'), ...many('uri-prefix')];
  if (templates.length > 0) throw new OptionsError('--clone-alias and --uri-prefix are not known here; say path_alias and clone_uri in CLONEREFS_OPTIONS');
  return optionsOf({
    src_root: one('src-root'), log: one('log'), git_user_name: one('git-user-name') ?? 'ci-robot', git_user_email: one('git-user-email') ?? 'ci-robot@k8s.io',
    refs: many('repo').map(refsOfFlag), key_files: many('ssh-key'), cookie_path: one('cookiefile'), max_parallel_workers: workers, fail: on('fail'),
    oauth_token_file: one('oauth-token-file'), host_fingerprints: many('host-fingerprint'), github_api_endpoints: many('github-api-endpoint'),
    github_app_id: one('github-app-id'), github_app_private_key_file: one('github-app-private-key-file'),
  }, 'flags');
}

function checked(options: Options): CloneOptions {
  const found: CloneOptions = {
    srcRoot: options.needed('src_root'), log: options.needed('log'), userName: options.text('git_user_name'), userEmail: options.text('git_user_email'),
    refs: options.objects('refs').map(refsOf), keyFiles: options.texts('key_files'), oauthTokenFile: options.text('oauth_token_file'), hostFingerprints: options.texts('host_fingerprints'),
    cookiePath: options.text('cookie_path'), endpoints: options.texts('github_api_endpoints'), appId: options.text('github_app_id'), appPrivateKeyFile: options.text('github_app_private_key_file'),
    maxParallel: options.integer('max_parallel_workers') ?? 0, fail: options.flag('fail'), warnings: [],
  };
  const fail = (why: string): never => { throw new OptionsError(why); };
  if (found.refs.length === 0) fail('refs: nothing to clone');
  for (const refs of found.refs) {
    if (refs.baseRef === '') fail(`refs: ${orgRepo(refs)}: base_ref is missing`);
    // git would take it for an option
    const odd = [refs.baseRef, refs.baseSha, refs.cloneUri, refs.repoLink, ...refs.pulls.flatMap(({ sha, ref }) => [sha, ref])].find((one) => one.startsWith('-'));
    if (odd !== undefined) fail(`refs: ${orgRepo(refs)}: ${JSON.stringify(odd)} must not begin with a dash`);
  }
  const app = [found.appId, found.appPrivateKeyFile].filter((one) => one !== '').length;
  if (app === 1) fail('github_app_id and github_app_private_key_file need each other');
  if (app === 2 && found.oauthTokenFile !== '') fail('oauth_token_file and github_app_id exclude each other');
  if (app === 2 && found.endpoints.length === 0) fail('github_app_id needs github_api_endpoints');
  const paths = new Map<string, CloneRefs>();
  const warnings: string[] = [];
  for (const refs of found.refs) {
    const path = clonePath(found.srcRoot, refs);
    const other = paths.get(path);
    if (other?.org === refs.org && other.repo === refs.repo) fail(`refs: ${orgRepo(refs)} is to be cloned twice into ${path}`);
    if (other) warnings.push(`refs: ${orgRepo(other)} and ${orgRepo(refs)} are both to be cloned into ${path}`);
    paths.set(path, refs);
  }
  return { ...found, warnings };
}
