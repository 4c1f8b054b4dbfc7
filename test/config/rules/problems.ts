import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ConfigError } from '../../../src/core/errors.js';
import type { ConfigFiles } from '../../../src/config/configFiles.js';
import { formatFinding } from '../../../src/config/findings.js';
import { configFromText, loadConfig, type Loaded } from '../../../src/config/load.js';

export type Texts = Readonly<{ config?: string; jobs?: string; plugins?: string }>;

/** What a load of texts says: every error if it is refused, else every warning. One line each: `file:line:column: key: message`. */
export function problems(texts: Texts): Readonly<{ errors: readonly string[]; warnings: readonly string[] }> {
  try {
    return { errors: [], warnings: configFromText(texts).warnings.map(formatFinding) };
  } catch (err) {
    if (err instanceof ConfigError) return { errors: err.problems, warnings: [] };
    throw err;
  }
}

/** Runs something on a folder of files that is gone afterwards. */
async function withFolder<T>(files: Readonly<Record<string, string | Buffer>>, run: (root: string) => Promise<T>): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), 'rules-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(dirname(join(root, name)), { recursive: true });
      await writeFile(join(root, name), content);
    }
    return await run(root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/**
 * What a load of files says; paths are told from their folder on. `config.yaml` and, where they are there, `jobs`, `plugins.yaml` and the
 * supplemental folders `prow` and `extra` are loaded.
 */
export async function problemsOf(files: Readonly<Record<string, string | Buffer>>, more: Partial<ConfigFiles> = {}): Promise<Readonly<{ errors: readonly string[]; warnings: readonly string[]; loaded: Loaded | undefined }>> {
  return withFolder({ 'config.yaml': '', ...files }, async (root) => {
    const has = (prefix: string) => Object.keys(files).some((name) => name === prefix || name.startsWith(`${prefix}/`));
    const at = (name: string) => join(root, name);
    // Errors of Node's own modules are none of the classes that a test has, so that they are told with their names.
    const short = (text: string) => text.replaceAll(`${root}/`, '').replaceAll(root, '.').replace('cannot be read: Error: ', 'cannot be read: ');
    try {
      const loaded = await loadConfig({
        configPath: at('config.yaml'), ...(has('jobs') && { jobConfigPath: at('jobs') }), ...(has('plugins.yaml') && { pluginConfigPath: at('plugins.yaml') }),
        ...(has('prow') && { supplementalProwConfigDirs: [at('prow')] }), ...(has('extra') && { supplementalPluginConfigDirs: [at('extra')] }),
        ...Object.fromEntries(Object.entries(more).map(([key, value]) => [key, typeof value === 'string' ? value.replace('ROOT', root) : value?.map((one) => one.replace('ROOT', root))])),
      });
      return { errors: [], warnings: loaded.warnings.map(formatFinding).map(short), loaded };
    } catch (err) {
      if (err instanceof ConfigError) return { errors: err.problems.map(short), warnings: [], loaded: undefined };
      throw err;
    }
  });
}
