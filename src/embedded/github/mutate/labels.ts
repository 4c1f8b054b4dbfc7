import { fullName, invalid, key, newId, notFound, ApiError, record, type Hub } from '../hub.js';
import { renderLabel } from '../render/repo.js';
import type { Issue, Label } from '../state/issues.js';
import type { Who } from '../state/people.js';
import type { Repo } from '../state.js';
import { addEvent, emitIssue, recordIssue, touch } from './timeline.js';

export interface LabelWish { readonly name: string; readonly color?: string; readonly description?: string | null }

function emitLabel(hub: Hub, who: Who, repo: Repo, label: Label, action: string, more: Readonly<Record<string, unknown>> = {}): void {
  hub.emit({ event: 'label', action, sender: who.login, repo, payload: { label: renderLabel(hub, repo, label), ...more } });
}

/** Makes a label of a repository. */
export function createLabel(hub: Hub, who: Who, repo: Repo, { name, color = 'ededed', description = null }: LabelWish): Label {
  if (repo.labels.has(key(name))) throw invalid([{ resource: 'Label', code: 'already_exists', field: 'name' }]);
  if (!/^[0-9a-f]{6}$/i.test(color)) throw invalid([{ resource: 'Label', code: 'invalid', field: 'color' }]);
  if (name.length === 0 || name.length > 50) throw invalid([{ resource: 'Label', code: 'custom', field: 'name', message: 'name is too long (maximum is 50 characters)' }]);
  const label: Label = { id: newId(hub), name, color, description };
  repo.labels.set(key(name), label);
  record(hub, who, { kind: 'label.create', target: fullName(repo), detail: { name } });
  emitLabel(hub, who, repo, label, 'created');
  return label;
}

export function getLabel(repo: Repo, name: string): Label {
  const label = repo.labels.get(key(name));
  if (!label) throw notFound();
  return label;
}

export function editLabel(hub: Hub, who: Who, repo: Repo, label: Label, wish: { readonly new_name?: string; readonly color?: string; readonly description?: string | null }): void {
  const changes: Record<string, { from: string | null }> = {};
  if (wish.new_name !== undefined && wish.new_name !== label.name) {
    const taken = repo.labels.get(key(wish.new_name));
    if (taken && taken !== label) throw invalid([{ resource: 'Label', code: 'already_exists', field: 'name' }]);
    changes.name = { from: label.name };
    repo.labels.delete(key(label.name));
    label.name = wish.new_name;
    repo.labels.set(key(label.name), label);
  }
  if (wish.color !== undefined && wish.color !== label.color) { changes.color = { from: label.color }; label.color = wish.color; }
  if (wish.description !== undefined && wish.description !== label.description) { changes.description = { from: label.description }; label.description = wish.description; }
  record(hub, who, { kind: 'label.edit', target: fullName(repo), detail: { name: label.name } });
  emitLabel(hub, who, repo, label, 'edited', { changes });
}

export function deleteLabel(hub: Hub, who: Who, repo: Repo, label: Label): void {
  repo.labels.delete(key(label.name));
  for (const issue of repo.issues.values()) issue.labels.delete(label);
  record(hub, who, { kind: 'label.delete', target: fullName(repo), detail: { name: label.name } });
  emitLabel(hub, who, repo, label, 'deleted');
}

/** Puts labels on an issue; those the repository does not have come into being. */
export function addLabels(hub: Hub, who: Who, repo: Repo, issue: Issue, names: readonly string[]): void {
  for (const name of names) {
    const label = repo.labels.get(key(name)) ?? createLabel(hub, who, repo, { name });
    if (issue.labels.has(label)) continue;
    issue.labels.add(label);
    touch(hub, issue);
    addEvent(hub, who, issue, 'labeled', { label: { name: label.name, color: label.color } });
    recordIssue(hub, who, repo, issue, 'label.add', { label: label.name });
    emitIssue(hub, who, repo, issue, 'labeled', { label: renderLabel(hub, repo, label) });
  }
}

/** Takes a label off; 404 when it is not on. */
export function removeLabel(hub: Hub, who: Who, repo: Repo, issue: Issue, name: string): void {
  const label = repo.labels.get(key(name));
  if (!label || !issue.labels.has(label)) throw new ApiError(404, 'Label does not exist');
  issue.labels.delete(label);
  touch(hub, issue);
  addEvent(hub, who, issue, 'unlabeled', { label: { name: label.name, color: label.color } });
  recordIssue(hub, who, repo, issue, 'label.remove', { label: label.name });
  emitIssue(hub, who, repo, issue, 'unlabeled', { label: renderLabel(hub, repo, label) });
}

/** Makes the labels of an issue be exactly these. */
export function setLabels(hub: Hub, who: Who, repo: Repo, issue: Issue, names: readonly string[]): void {
  const wanted = new Set(names.map(key));
  for (const label of [...issue.labels]) if (!wanted.has(key(label.name))) removeLabel(hub, who, repo, issue, label.name);
  addLabels(hub, who, repo, issue, names);
}
