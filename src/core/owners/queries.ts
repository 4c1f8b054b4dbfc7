import { posix } from 'node:path';
import type { OwnersEntry, OwnersFile } from './parse.js';
import type { Layers, RepoOwners } from './port.js';

/** Owners files by where they apply: a folder (the root is empty), or a Markdown file with front matter. */
export type OwnersTree = ReadonlyMap<string, OwnersFile>;

type People = 'approvers' | 'reviewers' | 'requiredReviewers' | 'labels';

/**
 * Answers who owns what (plugins-policy 2.4). Approvers and reviewers count only where they are among `collaborators`;
 * undefined: all count.
 */
export function createRepoOwners(tree: OwnersTree, collaborators: ReadonlySet<string> | undefined, ownersFile: string): RepoOwners {
  const counts = (what: People, name: string): boolean => collaborators === undefined || (what !== 'approvers' && what !== 'reviewers') || collaborators.has(name);

  function at(place: string, path: string, what: People): ReadonlySet<string> {
    const found = new Set<string>();
    for (const entry of tree.get(place)?.entries ?? []) {
      if (matches(entry, place, path)) for (const name of entry[what]) if (counts(what, name)) found.add(name);
    }
    return found;
  }

  function layers(path: string, what: People, reach: 'leaf' | 'all'): Layers {
    const file = canonical(path);
    const out: ReadonlySet<string>[] = [];
    const seen = new Set<string>();
    for (const place of upwards(file)) {
      const fresh = new Set([...at(place, file, what)].filter((name) => !seen.has(name)));
      for (const name of fresh) seen.add(name);
      out.push(fresh);
      if (seen.size > 0 && (reach === 'leaf' || tree.get(place)?.options.noParentOwners)) break;
    }
    return out;
  }

  const union = (found: Layers): ReadonlySet<string> => new Set(found.flatMap((layer) => [...layer]));
  const nearest = (path: string, what: People): string => {
    const file = canonical(path);
    return upwards(file).find((place) => at(place, file, what).size > 0) ?? '';
  };
  const everywhere = (what: People): ReadonlySet<string> =>
    new Set([...tree.values()].flatMap(({ entries }) => entries.flatMap((entry) => [...entry[what]])).filter((name) => counts(what, name)));

  return {
    approvers: (path) => layers(path, 'approvers', 'all'),
    reviewers: (path) => layers(path, 'reviewers', 'all'),
    leafApprovers: (path) => union(layers(path, 'approvers', 'leaf')),
    leafReviewers: (path) => union(layers(path, 'reviewers', 'leaf')),
    requiredReviewers: (path) => union(layers(path, 'requiredReviewers', 'all')),
    labelsFor: (path) => union(layers(path, 'labels', 'all')),
    approverDir: (path) => nearest(path, 'approvers'),
    reviewerDir: (path) => nearest(path, 'reviewers'),
    topLevelApprovers: () => union(layers('', 'approvers', 'leaf')),
    isNoParentOwners: (path) => tree.get(canonical(path))?.options.noParentOwners ?? false,
    isAutoApproveUnownedSubfolders: (path) => tree.get(canonical(path))?.options.autoApproveUnownedSubfolders ?? false,
    allApprovers: () => everywhere('approvers'),
    allReviewers: () => everywhere('reviewers'),
    allOwners: () => new Set([...everywhere('approvers'), ...everywhere('reviewers')]),
    ownersFile,
    fileAt: (folder) => (folder === '' ? ownersFile : `${folder}/${ownersFile}`),
  };
}

function matches(entry: OwnersEntry, place: string, path: string): boolean {
  if (!entry.pattern) return true;
  const relative = path === place ? '.' : place === '' ? path : path.slice(place.length + 1);
  return entry.pattern.test(relative);
}

/** A path as the tree knows it: `.` and the root are empty, `./a/` is `a`. */
function canonical(path: string): string {
  const clean = posix.normalize(path).replace(/\/+$/, '');
  return clean === '.' ? '' : clean;
}

/** The path itself and every folder above it, the root last. */
function upwards(path: string): readonly string[] {
  const out = [path];
  for (let at = path; at !== '';) {
    at = at.includes('/') ? at.slice(0, at.lastIndexOf('/')) : '';
    out.push(at);
  }
  return out;
}
