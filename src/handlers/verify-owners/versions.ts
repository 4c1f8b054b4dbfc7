import type { Pull } from '../../core/event.js';
import type { ChangedFile } from '../../core/ports/github.js';
import type { PluginContext } from '../plugin.js';

/** An owners or aliases file as the base branch has it, and as it will be once the pull request is merged. */
export interface Version {
  readonly path: string;
  /** Under its former name, where the pull request renames it; undefined where there is none. */
  readonly before: string | undefined;
  /** Undefined where there is none, or it is no regular file. */
  readonly after: string | undefined;
  readonly patch: string | undefined;
}

/**
 * Reads files of the merge of a pull request. git merges only where both sides changed one of them; in a conflict, what the pull
 * request says counts.
 */
export async function readVersions(pull: Pull, files: readonly Pick<ChangedFile, 'path' | 'previousPath' | 'patch'>[], { git, github, signal }: Pick<PluginContext, 'git' | 'github' | 'signal'>): Promise<readonly Version[]> {
  const options = { signal };
  const paths = files.map(({ path }) => path);
  const base = await github.branchSha(pull, pull.baseRef, options);
  const former = await git.readFiles(pull, base, files.flatMap(({ path, previousPath }) => [path, ...(previousPath === undefined ? [] : [previousPath])]), options);
  const after = await merged();
  return files.map(({ path, previousPath, patch }) => ({ path, before: former.get(previousPath ?? path) ?? former.get(path), after: after.get(path), patch }));

  async function merged(): Promise<ReadonlyMap<string, string>> {
    const [common, ...more] = await git.mergeBases(pull, base, pull.headSha, options);
    if (common !== undefined && more.length === 0) {
      const [was, ours, theirs] = await git.idsAt(pull, [common, base, pull.headSha], paths, options);
      const fromBase = paths.filter((path) => was?.get(path) === theirs?.get(path));
      const fromHead = paths.filter((path) => !fromBase.includes(path));
      if (fromHead.every((path) => was?.get(path) === ours?.get(path) || ours?.get(path) === theirs?.get(path))) {
        const [a, b] = await Promise.all([git.readFiles(pull, base, fromBase, options), git.readFiles(pull, pull.headSha, fromHead, options)]);
        return new Map([...a, ...b]);
      }
    }
    const result = await git.tryMerge(pull, base, [pull.headSha], 'merge', options);
    return git.readFiles(pull, result.kind === 'clean' ? result.sha : pull.headSha, paths, options);
  }
}
