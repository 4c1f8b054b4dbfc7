import { ApiError, getIssue, notFound } from '../hub.js';
import { createMilestone } from '../mutate/issues.js';
import { addLabels, createLabel, deleteLabel, editLabel, getLabel, removeLabel, setLabels } from '../mutate/labels.js';
import { renderLabel, renderMilestone } from '../render/repo.js';
import type { Label } from '../state/issues.js';
import { empty, fields, issueNeed, json, list, need, number, repoRoute, required, type RepoAsk, type Route } from './route.js';

const read = { access: issueNeed('read') } as const;
const triage = { access: issueNeed('write'), right: 'triage' } as const;
const manage = { access: need('issues=write', 'pull_requests=write'), right: 'write' } as const;

interface Look { color: string; description: string | null }

const labelOf = ({ repo, params }: RepoAsk): Label => getLabel(repo, params.name ?? '');

/** What is given of these, and nothing else. */
function given<T extends object>(wish: { readonly [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** Labels come as an array, as `{labels: [...]}`, each a name or an object with one. */
function namesIn(body: unknown): readonly string[] {
  const inner = Array.isArray(body) ? body : fields(body).raw.labels;
  if (!Array.isArray(inner)) throw new ApiError(422, 'Invalid request.\n\n"labels" wasn\'t supplied.');
  return inner.map((one: unknown) => {
    if (typeof one === 'string') return one;
    return required('Label', 'name', fields(one).text('name'));
  });
}

const shown = ({ hub, repo, params }: RepoAsk): readonly unknown[] => [...getIssue(repo, number(params.number)).labels].map((label) => renderLabel(hub, repo, label));

export const labelRoutes: readonly Route[] = [
  repoRoute('GET', '/labels', read, (ask) => list([...ask.repo.labels.values()].sort((a, b) => a.name.localeCompare(b.name)), (label) => renderLabel(ask.hub, ask.repo, label))),
  repoRoute('POST', '/labels', manage, (ask) => {
    const body = fields(ask.body);
    const label = createLabel(ask.hub, ask.who, ask.repo, { name: required('Label', 'name', body.text('name')), ...given<Look>({ color: body.text('color'), description: body.maybe('description') }) });
    return json(renderLabel(ask.hub, ask.repo, label), 201);
  }),
  repoRoute('GET', '/labels/:name', read, (ask) => json(renderLabel(ask.hub, ask.repo, labelOf(ask)))),
  repoRoute('PATCH', '/labels/:name', manage, (ask) => {
    const label = labelOf(ask);
    const body = fields(ask.body);
    editLabel(ask.hub, ask.who, ask.repo, label, given<Look & { new_name: string }>({ new_name: body.text('new_name') ?? body.text('name'), color: body.text('color'), description: body.maybe('description') }));
    return json(renderLabel(ask.hub, ask.repo, label));
  }),
  repoRoute('DELETE', '/labels/:name', manage, (ask) => {
    deleteLabel(ask.hub, ask.who, ask.repo, labelOf(ask));
    return empty();
  }),
  repoRoute('GET', '/issues/:number/labels', read, (ask) => list(shown(ask), (one) => one)),
  repoRoute('POST', '/issues/:number/labels', triage, (ask) => {
    addLabels(ask.hub, ask.who, ask.repo, getIssue(ask.repo, number(ask.params.number)), namesIn(ask.body));
    return json(shown(ask));
  }),
  repoRoute('PUT', '/issues/:number/labels', triage, (ask) => {
    setLabels(ask.hub, ask.who, ask.repo, getIssue(ask.repo, number(ask.params.number)), namesIn(ask.body));
    return json(shown(ask));
  }),
  repoRoute('DELETE', '/issues/:number/labels', triage, (ask) => {
    setLabels(ask.hub, ask.who, ask.repo, getIssue(ask.repo, number(ask.params.number)), []);
    return empty();
  }),
  repoRoute('DELETE', '/issues/:number/labels/:name', triage, (ask) => {
    removeLabel(ask.hub, ask.who, ask.repo, getIssue(ask.repo, number(ask.params.number)), ask.params.name ?? '');
    return json(shown(ask));
  }),
  repoRoute('GET', '/milestones', read, (ask) => {
    const state = ask.query.get('state') ?? 'open';
    return list(ask.repo.milestones.filter((one) => state === 'all' || one.state === state), (one) => renderMilestone(ask.hub, ask.repo, one));
  }),
  repoRoute('POST', '/milestones', manage, (ask) => {
    const body = fields(ask.body);
    const made = createMilestone(ask.hub, ask.who, ask.repo, { title: required('Milestone', 'title', body.text('title')), description: body.maybe('description') ?? null, due_on: body.maybe('due_on') ?? null });
    return json(renderMilestone(ask.hub, ask.repo, made), 201);
  }),
  repoRoute('GET', '/milestones/:number', read, (ask) => {
    const found = ask.repo.milestones.find((one) => one.number === number(ask.params.number));
    if (!found) throw notFound();
    return json(renderMilestone(ask.hub, ask.repo, found));
  }),
];
