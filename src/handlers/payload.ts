import type { Account, Pull } from '../core/event.js';
import type { Repo } from '../core/ids.js';
import { at, integer, list, text, type Json } from './json.js';

/** Parts that payloads of several events share. `undefined`: the part is missing or has another shape. */

export function account(value: unknown): Account {
  return { login: text(at(value, 'login')), type: text(at(value, 'type')) || 'User' };
}

/** `owner.login`, or as payloads of pushes have it `owner.name`. */
export function repository(value: unknown): Repo | undefined {
  const org = text(at(value, 'owner', 'login')) || text(at(value, 'owner', 'name'));
  const name = text(at(value, 'name'));
  return org !== '' && name !== '' ? { org, name } : undefined;
}

export function logins(value: unknown): readonly string[] {
  return list(value).map((one) => text(at(one, 'login'))).filter((login) => login !== '');
}

export function labelNames(value: unknown): readonly string[] {
  return list(value).map((one) => text(at(one, 'name'))).filter((name) => name !== '');
}

export function openOrClosed(value: unknown): 'open' | 'closed' {
  return value === 'closed' ? 'closed' : 'open';
}

/** The pull request of a payload, in the repository of its base; some events carry a shorter form of it. */
export function pullOf(payload: Json): Pull | undefined {
  const pull = at(payload, 'pull_request');
  const repo = repository(at(pull, 'base', 'repo')) ?? repository(payload['repository']);
  const number = integer(at(pull, 'number'));
  const headSha = text(at(pull, 'head', 'sha'));
  if (!repo || number === undefined || headSha === '') return undefined;
  const headRepo = repository(at(pull, 'head', 'repo'));
  const mergeable = at(pull, 'mergeable');
  return {
    ...repo,
    number,
    title: text(at(pull, 'title')),
    body: text(at(pull, 'body')),
    state: openOrClosed(at(pull, 'state')),
    draft: at(pull, 'draft') === true,
    merged: at(pull, 'merged') === true || text(at(pull, 'merged_at')) !== '',
    mergeable: typeof mergeable === 'boolean' ? mergeable : null,
    author: account(at(pull, 'user')),
    url: text(at(pull, 'html_url')),
    nodeId: text(at(pull, 'node_id')),
    baseRef: text(at(pull, 'base', 'ref')),
    baseSha: text(at(pull, 'base', 'sha')),
    headRef: text(at(pull, 'head', 'ref')),
    headSha,
    headRepo: headRepo ? `${headRepo.org}/${headRepo.name}` : null,
    labels: labelNames(at(pull, 'labels')),
    assignees: logins(at(pull, 'assignees')),
    requestedReviewers: logins(at(pull, 'requested_reviewers')),
    milestone: text(at(pull, 'milestone', 'title')) || null,
    createdAt: text(at(pull, 'created_at')),
    updatedAt: text(at(pull, 'updated_at')),
  };
}
