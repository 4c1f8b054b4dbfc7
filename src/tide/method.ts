import type { Tide } from '../config/prow/tide.js';
import { mergeMethodFor } from '../config/prow/tideLookup.js';
import { slug, type Repo } from '../core/ids.js';
import type { Method, PoolMember } from '../core/ports/merging.js';
import { sameName } from './names.js';

type Options = Pick<Tide, 'merge_method' | 'squash_label' | 'rebase_label' | 'merge_label'>;

/** How a pull request is merged; one label overrides the configuration, two contradict each other (tide 3.4). */
export function methodFor(tide: Options, member: Pick<PoolMember, 'org' | 'name' | 'baseRef' | 'labels'>): Method | 'contradictory' {
  const labels: readonly Readonly<{ label: string; method: Method }>[] = [
    { label: tide.squash_label, method: 'squash' }, { label: tide.rebase_label, method: 'rebase' }, { label: tide.merge_label, method: 'merge' },
  ];
  const chosen = labels.filter(({ label }) => label !== '' && member.labels.some((one) => sameName(one, label)));
  if (chosen.length > 1) return 'contradictory';
  return chosen[0]?.method ?? mergeMethodFor(tide.merge_method, member, member.baseRef);
}

const FIELD = /\{\{-?\s*\.([A-Za-z]+)\s*-?\}\}/g;

/** Fills the fields of a commit template; undefined where it is empty or asks for more than fields, so that GitHub's own text is used. */
export function commitText(template: string, member: PoolMember): string | undefined {
  if (template === '') return undefined;
  const fields: Readonly<Record<string, string>> = {
    Number: String(member.number), Title: member.title, Body: member.body, Org: member.org, Repo: member.name, NameWithOwner: slug(member),
    AuthorLogin: member.author.login, HeadRefOID: member.headSha, HeadRefName: member.headRef, BaseRefName: member.baseRef, BaseRefPrefix: 'refs/heads/',
    Mergeable: member.mergeable.toUpperCase(),
  };
  let plain = true;
  const text = template.replace(FIELD, (_whole, name: string) => {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (value === undefined) plain = false;
    return value ?? '';
  });
  return plain && !template.replace(FIELD, '').includes('{{') ? text : undefined;
}

/** The texts of a merge commit by `merge_commit_template`: `org/repo`, else `org`. */
export function commitTexts(templates: Tide['merge_commit_template'], repo: Repo, member: PoolMember): Readonly<{ title: string | undefined; message: string | undefined }> {
  const chosen = [slug(repo), repo.org].find((key) => Object.hasOwn(templates, key));
  const template = chosen === undefined ? undefined : templates[chosen];
  return { title: commitText(template?.title ?? '', member), message: commitText(template?.body ?? '', member) };
}
