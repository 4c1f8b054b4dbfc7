import { key, type Hub } from '../hub.js';
import type { Protection } from '../state/checks.js';
import type { Repo } from '../state.js';
import { renderAccount, renderApp, renderTeam, type Json } from './accounts.js';
import { repoUrl } from './repo.js';

/** `GET …/branches/B/protection`. */
export function renderProtection(hub: Hub, repo: Repo, branch: string, rule: Protection): Json {
  const url = `${repoUrl(hub, repo)}/branches/${branch}/protection`;
  const org = hub.state.orgs.get(key(repo.owner));
  const { checks, reviews, restrictions } = rule;
  return {
    url,
    ...(checks ? {
      required_status_checks: {
        url: `${url}/required_status_checks`, strict: checks.strict, contexts: checks.required.map(({ context }) => context), contexts_url: `${url}/required_status_checks/contexts`,
        checks: checks.required.map(({ context, appId }) => ({ context, app_id: appId })),
      },
    } : {}),
    ...(reviews ? {
      required_pull_request_reviews: {
        url: `${url}/required_pull_request_reviews`, dismiss_stale_reviews: reviews.dismissStale, require_code_owner_reviews: reviews.codeOwners, required_approving_review_count: reviews.count,
        require_last_push_approval: false,
      },
    } : {}),
    ...(restrictions ? {
      restrictions: {
        url: `${url}/restrictions`, users_url: `${url}/restrictions/users`, teams_url: `${url}/restrictions/teams`, apps_url: `${url}/restrictions/apps`,
        users: restrictions.users.map((login) => renderAccount(hub, login)),
        teams: restrictions.teams.flatMap((slug) => { const team = org?.teams.get(slug); return org && team ? [renderTeam(hub, org, team)] : []; }),
        apps: [...hub.state.apps.values()].filter(({ slug }) => restrictions.apps.includes(slug)).map((app) => renderApp(hub, app)),
      },
    } : {}),
    enforce_admins: { url: `${url}/enforce_admins`, enabled: rule.enforceAdmins }, required_signatures: { url: `${url}/required_signatures`, enabled: rule.signatures },
    required_linear_history: { enabled: rule.linearHistory }, allow_force_pushes: { enabled: rule.allowForcePushes }, allow_deletions: { enabled: rule.allowDeletions },
    block_creations: { enabled: false }, required_conversation_resolution: { enabled: rule.conversationResolution }, lock_branch: { enabled: false }, allow_fork_syncing: { enabled: false },
  };
}
