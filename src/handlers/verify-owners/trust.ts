import { triggerFor } from '../../config/plugins/entries.js';
import { normLogin, type Repo } from '../../core/ids.js';
import { trusted, type TrustDeps } from '../../core/trusted.js';
import type { PluginContext } from '../plugin.js';

/** Somebody who is named as an owner and may not be one. */
export interface Untrusted {
  readonly login: string;
  readonly why: string;
  readonly paths: readonly string[];
}

/** As many people are looked up one by one; a pull request that names more has to be split. */
const MOST = 200;

/**
 * Which of these people (lower case, with the files that name them) are not trusted. Collaborators are known from one list. `asked`: somebody
 * wants to know whether that has changed, so that nobody is refused by what was remembered.
 */
export async function untrustedAmong(
  people: ReadonlyMap<string, readonly string[]>, repo: Repo, { collaborators, asked }: Readonly<{ collaborators: ReadonlySet<string> | undefined; asked: boolean }>, { github, config, signal }: PluginContext,
): Promise<readonly Untrusted[]> {
  const rules = triggerFor(config.plugins, repo);
  const unknown = [...people].filter(([login]) => rules.only_org_members || !collaborators?.has(login));
  const fresh: TrustDeps['github'] = {
    identity: (options) => github.identity(options),
    isMember: (org, login, options) => github.isMember(org, login, { ...options, fresh: true }),
    isCollaborator: (where, login, options) => github.isCollaborator(where, login, { ...options, fresh: true }),
  };
  const found = await Promise.all(unknown.map(async ([login, paths], n): Promise<readonly Untrusted[]> => {
    if (n >= MOST) return [{ login, why: 'not looked up: there are too many new names at once', paths }];
    const known = await trusted(login, repo, rules, { github, signal });
    const trust = known.trusted || !asked ? known : await trusted(login, repo, rules, { github: fresh, signal });
    return trust.trusted ? [] : [{ login, why: trust.why, paths }];
  }));
  return found.flat().sort((a, b) => (a.login < b.login ? -1 : 1));
}

/** Collaborators in lower case; undefined where they cannot be listed. */
export async function collaboratorsOf(repo: Repo, { github, log, signal }: Pick<PluginContext, 'github' | 'log' | 'signal'>): Promise<ReadonlySet<string> | undefined> {
  try {
    return new Set((await github.collaborators(repo, { signal })).map(normLogin));
  } catch (error) {
    signal.throwIfAborted();
    log.warn({ err: error }, 'collaborators cannot be listed, people are looked up one by one');
    return undefined;
  }
}
