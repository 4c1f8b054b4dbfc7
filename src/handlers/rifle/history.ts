import type { Pull } from '../../core/event.js';
import { changedLines, favourOwners, filesToBlame, scoreAuthors, type Blamed } from '../../core/reviewers/blame.js';
import type { Preference } from '../../core/reviewers/ask.js';
import type { PluginContext } from '../plugin.js';

/** Prefers owners by what they wrote of the changed lines; by chance where nobody is known to have written any (plugins-policy 4.9). */
export const byAuthorship = (context: PluginContext): Preference => async (pull, files, owners) => {
  const { github, clock, log, signal } = context;
  const touched = filesToBlame(files).map((file) => ({ path: file.previousPath ?? file.path, changed: changedLines(file.patch ?? '') })).filter(({ changed }) => changed.length > 0);
  if (touched.length === 0) return { kind: 'scores', scores: new Map() };
  const ref = await blameRef(pull, context);
  const blamed = await Promise.all(touched.map(async ({ path, changed }): Promise<Blamed> => {
    try {
      return { changed, ranges: await github.blame(pull, ref, path, { signal }) };
    } catch (error) {
      signal.throwIfAborted();
      log.info({ err: error, path }, 'a file has no blame, left out'); // most of them are new
      return { changed, ranges: [] };
    }
  }));
  const every = (people: (path: string) => Iterable<string>) => new Set(files.flatMap(({ path }) => [...people(path)]));
  const flat = (layers: readonly ReadonlySet<string>[]) => layers.flatMap((layer) => [...layer]);
  return {
    kind: 'scores',
    scores: favourOwners(scoreAuthors(blamed, clock.now()), { approvers: every((path) => flat(owners.approvers(path))), reviewers: every((path) => flat(owners.reviewers(path))) }),
  };
};

/** The commit whose lines the pull request changes; the branch where that cannot be found. */
async function blameRef(pull: Pull, { git, github, log, signal }: PluginContext): Promise<string> {
  try {
    const [base] = await git.mergeBases(pull, await github.branchSha(pull, pull.baseRef, { signal }), pull.headSha, { signal });
    if (base !== undefined) return base;
    log.warn({ base: pull.baseRef }, 'the pull request shares no history with its base, the branch is looked at');
  } catch (error) {
    signal.throwIfAborted();
    log.warn({ err: error, base: pull.baseRef }, 'the merge base cannot be found, the branch is looked at');
  }
  return pull.baseRef;
}
