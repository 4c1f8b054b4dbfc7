import { parseNodeId } from '../hub.js';
import { canSee } from '../permissions.js';
import type { Issue } from '../state/issues.js';
import type { Repo } from '../state.js';
import { actor } from './actors.js';
import { runNode, suiteNode } from './checks.js';
import type { Node, Scope } from './connection.js';
import { issueNode } from './issues.js';
import { repoNode } from './repos.js';

/** The issue or pull request of a global id. */
export function issueById({ hub, who }: Scope, node: string): { readonly repo: Repo; readonly issue: Issue } | undefined {
  const { prefix, id } = parseNodeId(node);
  if (prefix !== 'I' && prefix !== 'PR') return undefined;
  for (const repo of hub.state.repos.values()) for (const issue of repo.issues.values()) if (issue.id === Number(id)) return canSee(hub.state, who, repo) ? { repo, issue } : undefined;
  return undefined;
}

/** What a global id stands for; null when nothing. */
export function byNodeId(scope: Scope, node: string): Node | null {
  const { prefix, id } = parseNodeId(node);
  const { hub, who } = scope;
  const found = issueById(scope, node);
  if (found) return issueNode(scope, found.repo, found.issue);
  if (prefix === 'U' || prefix === 'O' || prefix === 'BOT') return actor(scope, [...hub.state.accounts.values()].find((one) => one.id === Number(id))?.login ?? null);
  for (const repo of hub.state.repos.values()) {
    if (!canSee(hub.state, who, repo)) continue;
    if (prefix === 'R' && repo.id === Number(id)) return repoNode(scope, repo);
    const run = prefix === 'CR' ? repo.checkRuns.find((one) => one.id === Number(id)) : undefined;
    if (run) return runNode(scope, repo, run);
    const suite = prefix === 'CS' ? repo.suites.find((one) => one.id === Number(id)) : undefined;
    if (suite) return suiteNode(scope, repo, suite);
  }
  return null;
}
