import type { HelpDocument, PluginHelp } from '../core/helpDocument.js';

/** What is on in a repository: built-in plugins, and external ones. */
export type InRepo = Readonly<{ plugins: readonly string[]; external: readonly string[] }>;

/** A text in pieces: as code where it is between back quotes. */
export type Text = readonly Readonly<{ kind: 'text' | 'code'; text: string }>[];

export interface ShownCommand {
  /** Unique on its page; the first of a word has just that word, as upstream's links have it. */
  readonly anchor: string;
  readonly usage: string;
  readonly featured: boolean;
  readonly about: Text;
  readonly who: Text;
  readonly examples: readonly string[];
  readonly plugin: string;
  readonly kind: ShownPlugin['kind'];
}

export interface ShownPlugin {
  readonly name: string;
  readonly kind: 'built-in' | 'external';
  readonly summary: Text;
  readonly about: Text;
  readonly deprecated: boolean;
  readonly events: readonly string[];
  /** What the configuration means for the repository, or for the whole installation. */
  readonly config: Text;
  readonly snippet: string;
  readonly commands: readonly ShownCommand[];
}

/** All that the pages of commands and plugins show. */
export interface Catalogue {
  readonly repos: readonly string[];
  /** The repository that it is about; undefined: every plugin there is. */
  readonly repo: string | undefined;
  /** Whether that repository is known. */
  readonly found: boolean;
  /** By name. */
  readonly plugins: readonly ShownPlugin[];
  /** Featured ones first, then by plugin and as declared. */
  readonly commands: readonly ShownCommand[];
}

/** Help of external plugins may hold HTML: its words are kept. */
function plain(text: string): string {
  return text.replaceAll(/<\/?(?:code|tt)>/gi, '`').replaceAll(/<(?:br|\/p|\/li)\s*\/?>/gi, '\n').replaceAll(/<[a-z/][^<>]*>/gi, '')
    .replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&').trim();
}

/** Splits at back quotes; one without a partner is text. */
export function pieces(text: string): Text {
  const parts = text.split(/`([^`\n]+)`/);
  return parts.flatMap((part, n) => (part === '' ? [] : [{ kind: n % 2 === 1 ? 'code' : 'text', text: part } as const]));
}

function firstSentence(text: string): string {
  const end = /[.!?](?:\s|$)/.exec(text);
  return end ? text.slice(0, end.index + 1) : text;
}

/** Upstream's anchor of a command (deck 8.6): the first word of its first example, without slash, `_` for `-`. */
export function anchorOf({ Usage, Examples }: Pick<PluginHelp['Commands'][number], 'Usage' | 'Examples'>): string {
  const [word = ''] = (Examples[0] ?? Usage).trim().split(/\s+/);
  return word.replace(/^\//, '').replaceAll('-', '_');
}

function shown(name: string, kind: ShownPlugin['kind'], help: PluginHelp, repo: string | undefined): ShownPlugin {
  const about = plain(help.Description);
  const config = help.Config[repo ?? ''] ?? help.Config[repo?.split('/')[0] ?? ''] ?? help.Config[''] ?? '';
  return {
    name, kind, summary: pieces(firstSentence(about)), about: pieces(about), deprecated: about.includes('deprecated!'), events: help.Events, config: pieces(plain(config)), snippet: help.Snippet ?? '',
    commands: help.Commands.map((command) => ({
      anchor: anchorOf(command), usage: command.Usage, featured: command.Featured, about: pieces(plain(command.Description)), who: pieces(plain(command.WhoCanUse)), examples: command.Examples, plugin: name, kind,
    })),
  };
}

/** Anchors must be unique; links of others mean the first of a word. */
function withAnchors(commands: readonly ShownCommand[]): readonly ShownCommand[] {
  const seen = new Map<string, number>();
  return commands.map((command) => {
    const count = (seen.get(command.anchor) ?? 0) + 1;
    seen.set(command.anchor, count);
    return count === 1 ? command : { ...command, anchor: `${command.anchor}-${count}` };
  });
}

/** What is to be shown of the help: for one repository, or all of it. `inRepo` knows about repositories that an organisation leaves out. */
export function catalogueOf(document: HelpDocument, repo: string | undefined, inRepo: (slug: string) => InRepo | undefined): Catalogue {
  const here = repo === undefined ? undefined : inRepo(repo);
  const wanted: InRepo = repo === undefined ? { plugins: document.RepoPlugins[''] ?? [], external: Object.values(document.RepoExternalPlugins).flat() } : (here ?? { plugins: [], external: [] });
  const of = (names: readonly string[], kind: ShownPlugin['kind'], from: Readonly<Record<string, PluginHelp>>): readonly ShownPlugin[] =>
    [...new Set(names)].flatMap((name) => {
      const help = Object.hasOwn(from, name) ? from[name] : undefined;
      return help ? [shown(name, kind, help, repo)] : kind === 'external' ? [shown(name, kind, { Description: 'This external plugin gave no help.', Config: {}, Events: [], Commands: [] }, repo)] : [];
    });
  const plugins = [...of(wanted.plugins, 'built-in', document.PluginHelp), ...of(wanted.external, 'external', document.ExternalPluginHelp)].sort((a, b) => (a.name < b.name ? -1 : 1));
  const all = plugins.flatMap(({ commands }) => commands);
  const commands = withAnchors([...all.filter(({ featured }) => featured), ...all.filter(({ featured }) => !featured)]);
  const anchors = new Map(all.map((command) => [command, commands.find(({ plugin, usage, kind }) => plugin === command.plugin && usage === command.usage && kind === command.kind)?.anchor ?? command.anchor]));
  return {
    repos: document.AllRepos, repo, found: repo === undefined || document.AllRepos.includes(repo) || wanted.plugins.length + wanted.external.length > 0,
    plugins: plugins.map((plugin) => ({ ...plugin, commands: plugin.commands.map((command) => ({ ...command, anchor: anchors.get(command) ?? command.anchor })) })), commands,
  };
}
