import { z } from 'zod';
import type { Snapshot } from '../config/snapshot.js';
import type { HelpDocument, PluginHelp } from '../core/helpDocument.js';
import { parseSlug, type Repo } from '../core/ids.js';
import type { Plugin } from './plugin.js';
import { plugins as builtIn } from './registry.js';

const GENERIC = 'generic comment (any text in an issue, a pull request or a review)';

/** Upstream's names of what a plugin listens to. */
export function eventsOf({ on, commands }: Plugin): readonly string[] {
  return [
    ...(on.issues ? ['issue'] : []),
    ...(on.pull_request ? ['pull_request'] : []),
    ...(on.pull_request_review ? ['pull_request_review'] : []),
    ...(on.push ? ['push'] : []),
    ...(on.status ? ['status'] : []),
    ...(on.check ? ['check_run', 'check_suite', 'workflow_run'] : []),
    ...(on.comment || (on.command && Object.keys(commands).length > 0) ? [GENERIC] : []),
  ];
}

/** A plugin's help out of what it declares; `repos` are those for which it is enabled. */
export function helpOf(plugin: Plugin, config: Snapshot, repos: readonly Repo[]): PluginHelp {
  const texts = [undefined, ...repos].map((repo) => [repo ? `${repo.org}/${repo.name}` : '', plugin.describe?.(config, repo) ?? ''] as const);
  return {
    Description: plugin.help,
    Config: Object.fromEntries(texts.filter(([, text]) => text !== '')),
    Events: eventsOf(plugin),
    Commands: Object.values(plugin.commands).map(({ usage, featured, about, examples, who }) => ({
      Usage: usage, Featured: featured ?? false, Description: about, Examples: examples, WhoCanUse: who,
    })),
  };
}

/**
 * Help for all plugins, generated from their declarations. `reposOf` lists the repositories of the organisations that the
 * configuration names; one that is not in it contributes none. `external` is the help that external plugins gave, by name.
 */
export function helpDocument(
  config: Snapshot, plugins: readonly Plugin[] = builtIn, reposOf: ReadonlyMap<string, readonly string[]> = new Map(), external: Readonly<Record<string, PluginHelp>> = {},
): HelpDocument {
  const externalPlugins = config.plugins.external_plugins;
  const keys = new Set([...config.enabled.keys(), ...Object.keys(externalPlugins)]);
  const expand = (key: string): readonly string[] => (key.includes('/') ? [key] : (reposOf.get(key) ?? []).map((name) => `${key}/${name}`));
  const all = [...new Set([...keys].flatMap(expand))].sort();
  const enabled = all.filter(isSlug).map((slug) => parseSlug(slug)).map((repo) => ({ repo, names: new Set(config.pluginsFor(repo)) }));
  return {
    AllRepos: all,
    RepoPlugins: { '': plugins.map((plugin) => plugin.name), ...Object.fromEntries(config.enabled) },
    RepoExternalPlugins: Object.fromEntries(Object.entries(externalPlugins).map(([key, list]) => [key, list.map((plugin) => plugin.name)])),
    PluginHelp: Object.fromEntries(plugins.flatMap((plugin) => {
      const help = helpIfAny(plugin, config, enabled.filter(({ names }) => names.has(plugin.name)).map(({ repo }) => repo));
      return help ? [[plugin.name, help]] : [];
    })),
    ExternalPluginHelp: external,
  };
}

/** One that cannot describe itself is left out, and takes no other with it (plugins-policy 1.11). */
function helpIfAny(plugin: Plugin, config: Snapshot, repos: readonly Repo[]): PluginHelp | undefined {
  try {
    return helpOf(plugin, config, repos);
  } catch {
    return undefined;
  }
}

const text = z.string().catch('');
const texts = z.array(z.string()).nullish().catch(undefined).transform((list) => list ?? []);
const ExternalHelp = z.object({
  Description: text,
  Config: z.record(z.string(), z.string()).nullish().catch(undefined).transform((map) => map ?? {}),
  Snippet: z.string().optional().catch(undefined),
  Commands: z.array(z.object({ Usage: text, Featured: z.boolean().catch(false), Description: text, Examples: texts, WhoCanUse: text })).nullish().catch(undefined).transform((list) => list ?? []),
});

/** The help that an external plugin gave, as far as it has the right shape; its events are those that it is configured to get. Throws for what is no help at all. */
export function externalHelp(answer: unknown, events: readonly string[]): PluginHelp {
  const { Snippet, ...help } = ExternalHelp.parse(answer);
  return { ...help, ...(Snippet ? { Snippet } : {}), Events: events };
}

/** A key of plugins.yaml may be anything; one that is no repository has no help of its own. */
export function isSlug(key: string): boolean {
  return /^[\w.-]+\/[\w.-]+$/.test(key);
}
