import { ApiError, fullName, notFound } from '../hub.js';
import { readCommit } from '../gitRead.js';
import { tipOf } from '../mutate/refs.js';
import { addRuleset, protect } from '../mutate/repos.js';
import { protectionOf, rulesFor } from '../requirements.js';
import { renderCommit } from '../render/commit.js';
import { renderProtection } from '../render/protection.js';
import { repoPage, repoUrl } from '../render/repo.js';
import type { Protection, Rule, Ruleset } from '../state/checks.js';
import type { Repo } from '../state.js';
import { empty, fields, json, list, need, number, repoRoute, required, type Ask, type RepoAsk, type Route } from './route.js';

const read = { access: need('contents=read') } as const;
const look = { access: need('administration=read'), right: 'admin' } as const;
const change = { access: need('administration=write'), right: 'admin' } as const;

const short = (ask: RepoAsk, branch: string, sha: string) => {
  const rule = protectionOf(ask.repo, branch);
  const checks = rule?.checks?.required ?? [];
  const level = checks.length ? 'non_admins' : 'off';
  return {
    name: branch, commit: { sha, url: `${repoUrl(ask.hub, ask.repo)}/commits/${sha}` }, protected: rule !== undefined,
    protection: { enabled: rule !== undefined, required_status_checks: { enforcement_level: level, contexts: checks.map(({ context }) => context), checks: checks.map(({ context, appId }) => ({ context, app_id: appId })) } },
    protection_url: `${repoUrl(ask.hub, ask.repo)}/branches/${branch}/protection`,
  };
};

function protectedBranch({ repo, params }: RepoAsk): { branch: string; rule: Protection } {
  const branch = params.branch ?? '';
  tipOf(repo, branch);
  const rule = protectionOf(repo, branch);
  if (!rule) throw new ApiError(404, 'Branch not protected');
  return { branch, rule };
}

function wishIn(body: unknown): Partial<Protection> {
  const wish = fields(body);
  const checks = wish.object('required_status_checks');
  const reviews = wish.object('required_pull_request_reviews');
  const limits = wish.object('restrictions');
  const listed = checks?.objects('checks')?.map((one) => ({ context: one.text('context') ?? '', appId: one.number('app_id') ?? null }));
  return {
    checks: checks ? { strict: checks.flag('strict') ?? false, required: listed ?? (checks.texts('contexts') ?? []).map((context) => ({ context, appId: null })) } : null,
    reviews: reviews ? { count: reviews.number('required_approving_review_count') ?? 1, dismissStale: reviews.flag('dismiss_stale_reviews') ?? false, codeOwners: reviews.flag('require_code_owner_reviews') ?? false } : null,
    restrictions: limits ? { users: limits.texts('users') ?? [], teams: limits.texts('teams') ?? [], apps: limits.texts('apps') ?? [] } : null,
    enforceAdmins: wish.flag('enforce_admins') ?? false, linearHistory: wish.flag('required_linear_history') ?? false, allowForcePushes: wish.flag('allow_force_pushes') ?? false,
    allowDeletions: wish.flag('allow_deletions') ?? false, conversationResolution: wish.flag('required_conversation_resolution') ?? false,
  };
}

function renderRuleset({ hub }: Ask, repo: Repo, ruleset: Ruleset) {
  return {
    id: ruleset.id, name: ruleset.name, target: 'branch', source_type: 'Repository', source: fullName(repo), enforcement: ruleset.enforcement, node_id: `RRS_${String(ruleset.id)}`,
    conditions: { ref_name: { include: ruleset.include, exclude: ruleset.exclude } }, rules: ruleset.rules, bypass_actors: [], created_at: repo.createdAt, updated_at: repo.updatedAt,
    current_user_can_bypass: 'never', _links: { self: { href: `${repoUrl(hub, repo)}/rulesets/${String(ruleset.id)}` }, html: { href: `${repoPage(hub, repo)}/rules/${String(ruleset.id)}` } },
  };
}

const rulesetOf = ({ repo, params }: RepoAsk): Ruleset => {
  const found = repo.rulesets.find(({ id }) => id === number(params.id));
  if (!found) throw notFound();
  return found;
};

export const branchRoutes: readonly Route[] = [
  repoRoute('GET', '/branches', read, (ask) => {
    const wanted = ask.query.get('protected');
    const all = [...ask.repo.heads].sort(([a], [b]) => a.localeCompare(b)).filter(([name]) => wanted === null || String(protectionOf(ask.repo, name) !== undefined) === wanted);
    return list(all, ([name, sha]) => short(ask, name, sha));
  }),
  repoRoute('GET', '/branches/*branch/protection', look, (ask) => {
    const { branch, rule } = protectedBranch(ask);
    return json(renderProtection(ask.hub, ask.repo, branch, rule));
  }),
  repoRoute('PUT', '/branches/*branch/protection', change, (ask) => {
    const branch = ask.params.branch ?? '';
    tipOf(ask.repo, branch);
    protect(ask.hub, ask.who, ask.repo, branch, wishIn(ask.body));
    const { rule } = protectedBranch(ask);
    return json(renderProtection(ask.hub, ask.repo, branch, rule));
  }),
  repoRoute('DELETE', '/branches/*branch/protection', change, (ask) => {
    protect(ask.hub, ask.who, ask.repo, protectedBranch(ask).branch, null);
    return empty();
  }),
  repoRoute('GET', '/branches/*branch/protection/required_status_checks', look, (ask) => {
    const { branch, rule } = protectedBranch(ask);
    const shown = renderProtection(ask.hub, ask.repo, branch, rule).required_status_checks;
    if (!shown) throw new ApiError(404, 'Required status checks not enabled');
    return json(shown);
  }),
  repoRoute('POST', '/branches/*branch/protection/required_signatures', change, (ask) => {
    const { branch, rule } = protectedBranch(ask);
    rule.signatures = true;
    return json(renderProtection(ask.hub, ask.repo, branch, rule).required_signatures);
  }),
  repoRoute('DELETE', '/branches/*branch/protection/required_signatures', change, (ask) => {
    protectedBranch(ask).rule.signatures = false;
    return empty();
  }),
  repoRoute('GET', '/branches/*branch', read, async (ask) => {
    const branch = ask.params.branch ?? '';
    const sha = tipOf(ask.repo, branch);
    const commit = await readCommit(ask.hub, ask.repo, sha);
    if (!commit) throw notFound();
    const self = `${repoUrl(ask.hub, ask.repo)}/branches/${branch}`;
    return json({ ...short(ask, branch, sha), commit: renderCommit(ask.hub, ask.repo, commit), _links: { self, html: `${repoPage(ask.hub, ask.repo)}/tree/${branch}` } });
  }),
  repoRoute('GET', '/rules/branches/*branch', { access: need('metadata=read') }, (ask) =>
    list(rulesFor(ask.repo, ask.params.branch ?? ''), ({ ruleset, rule }) => ({ ...rule, ruleset_source_type: 'Repository', ruleset_source: fullName(ask.repo), ruleset_id: ruleset.id }))),
  repoRoute('GET', '/rulesets', { access: need('metadata=read') }, (ask) => list(ask.repo.rulesets, (one) => {
    const { rules: _, conditions: __, bypass_actors: ___, ...rest } = renderRuleset(ask, ask.repo, one);
    return rest;
  })),
  repoRoute('GET', '/rulesets/:id', { access: need('metadata=read') }, (ask) => json(renderRuleset(ask, ask.repo, rulesetOf(ask)))),
  repoRoute('POST', '/rulesets', change, (ask) => {
    const wish = fields(ask.body);
    const names = wish.object('conditions')?.object('ref_name');
    const enforcement = wish.text('enforcement');
    const made = addRuleset(ask.hub, ask.who, ask.repo, {
      name: required('Ruleset', 'name', wish.text('name')), rules: (wish.objects('rules') ?? []).map(({ raw }) => raw as unknown as Rule), include: names?.texts('include') ?? ['~DEFAULT_BRANCH'],
      exclude: names?.texts('exclude') ?? [], enforcement: enforcement === 'disabled' || enforcement === 'evaluate' ? enforcement : 'active',
    });
    return json(renderRuleset(ask, ask.repo, made), 201);
  }),
  repoRoute('DELETE', '/rulesets/:id', change, (ask) => {
    ask.repo.rulesets.splice(ask.repo.rulesets.indexOf(rulesetOf(ask)), 1);
    return empty();
  }),
];
