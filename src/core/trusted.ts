import type { GitHubReads, Identity } from './ports/github.js';
import type { Repo } from './ids.js';

/** Whether a login is the bot's own. An App's login ends in `[bot]`; a person may bear the App's bare name, so that is another one. */
export function isSelf(identity: Identity, login: string): boolean {
  return login === identity.login;
}

/** Who is trusted besides members and collaborators (keys of `triggers[]`). */
export interface TrustRules {
  readonly only_org_members: boolean;
  /** Names of GitHub Apps without `[bot]`. */
  readonly trusted_apps: readonly string[];
  /** Empty: none. */
  readonly trusted_org: string;
}

export type Trust = Readonly<{ trusted: true } | { trusted: false; why: string }>;

export interface TrustDeps {
  readonly github: Pick<GitHubReads, 'identity' | 'isMember' | 'isCollaborator'>;
  readonly signal: AbortSignal;
}

/** Whether a user may have code run (plugins-policy 3.1). What cannot be found out is an error, never a no. */
export async function trusted(login: string, repo: Repo, rules: TrustRules, { github, signal }: TrustDeps): Promise<Trust> {
  const { org } = repo;
  if (isSelf(await github.identity({ signal }), login)) return { trusted: true };
  if (login === org || (await github.isMember(org, login, { signal }))) return { trusted: true };
  const missing = [`a member of the ${org} organisation`];
  if (!rules.only_org_members) {
    if (await github.isCollaborator(repo, login, { signal })) return { trusted: true };
    missing.push(`a collaborator of ${org}/${repo.name}`);
  }
  if (login.endsWith('[bot]') && rules.trusted_apps.includes(login.slice(0, -'[bot]'.length))) return { trusted: true };
  if (rules.trusted_org !== '' && rules.trusted_org !== org) {
    if (await github.isMember(rules.trusted_org, login, { signal })) return { trusted: true };
    missing.push(`a member of the ${rules.trusted_org} organisation`);
  }
  const each = missing.map((what) => `not ${what}`).join(' and ');
  return { trusted: false, why: missing.length === 1 ? each : `${each} (one of these would be enough)` };
}
