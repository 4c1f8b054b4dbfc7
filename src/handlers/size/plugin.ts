import { sizesOf } from '../../config/plugins/entries.js';
import type { Action } from '../../core/action.js';
import { NotFoundError } from '../../core/errors.js';
import type { PullEvent } from '../../core/event.js';
import type { Repo } from '../../core/ids.js';
import type { Plugin, PluginContext } from '../plugin.js';
import { generatedByAttributes, readAttributes } from './attributes.js';
import { decideSize, linesOf, sizeLabel } from './decide.js';
import { generatedBy, pathsIn, readGenerated } from './generated.js';

const GENERATED = '.generated_files';
const ATTRIBUTES = '.gitattributes';

async function onPull({ action, pull }: PullEvent, context: PluginContext): Promise<readonly Action[]> {
  if (action !== 'opened' && action !== 'reopened' && action !== 'synchronize' && action !== 'edited') return [];
  const { github, config, signal } = context;
  const { org, name, number, baseSha } = pull;
  const issue = { org, name, number };
  const [files, labels] = await Promise.all([
    github.files(issue, { signal }),
    // A new one has the labels that it was opened with; later the bot's own label may be younger than the payload.
    action === 'opened' ? pull.labels : github.labels(issue, { signal }),
  ]);
  const generated = await generatedAt(issue, baseSha, files.map(({ path }) => path), context);
  return decideSize(issue, sizeLabel(linesOf(files, generated), sizesOf(config.plugins)), labels);
}

/** Tells which of these files are generated, as the base says: a pull request cannot make itself smaller. */
async function generatedAt(repo: Repo, baseSha: string, paths: readonly string[], { git, log, signal }: PluginContext): Promise<(path: string) => boolean> {
  const read = async (wanted: readonly string[]): Promise<ReadonlyMap<string, string>> => {
    if (wanted.length === 0) return new Map();
    try {
      return await git.readFiles(repo, baseSha, wanted, { signal });
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      log.warn({ err: error, sha: baseSha }, 'the base of a pull request is gone; no file of it counts as generated');
      return new Map();
    }
  };
  const folders = foldersOf(paths);
  const found = await read([GENERATED, ...folders.map((folder) => inFolder(folder, ATTRIBUTES))]);
  const listed = readGenerated(found.get(GENERATED) ?? '');
  const attributes = folders.map((folder) => readAttributes(folder, found.get(inFolder(folder, ATTRIBUTES)) ?? ''));
  const faults = [...listed.faults.map((fault) => `${GENERATED}: ${fault}`), ...attributes.flatMap(({ folder, faults: own }) => own.map((fault) => `${inFolder(folder, ATTRIBUTES)}: ${fault}`))];
  if (faults.length > 0) log.warn({ faults, sha: baseSha }, 'some lines that name generated files cannot be read and are left out');
  const lists = await read(listed.lists);
  const byName = generatedBy(listed, new Set([...lists.values()].flatMap(pathsIn)));
  const byAttributes = generatedByAttributes(attributes);
  return (path) => byName(path) || byAttributes(path);
}

const inFolder = (folder: string, name: string) => (folder === '' ? name : `${folder}/${name}`);

/** The root and every folder above one of these paths. */
function foldersOf(paths: readonly string[]): readonly string[] {
  const all = new Set(['']);
  for (const path of paths) {
    for (let at = path.lastIndexOf('/'); at > 0; at = path.lastIndexOf('/', at - 1)) all.add(path.slice(0, at));
  }
  return [...all];
}

/** Says by a label how much a pull request changes. */
export const size: Plugin<never> = {
  name: 'size',
  help: 'Labels pull requests with their size: the number of changed lines of files that are not generated.',
  commands: {},
  on: { pull_request: onPull },
  describe(config) {
    const { s, m, l, xl, xxl } = sizesOf(config.plugins);
    return `Lines at which each label begins: \`size/XS\` 0, \`size/S\` ${s}, \`size/M\` ${m}, \`size/L\` ${l}, \`size/XL\` ${xl}, \`size/XXL\` ${xxl}. Files that \`${GENERATED}\` or \`${ATTRIBUTES}\` (\`linguist-generated\`) of the base name do not count.`;
  },
};
