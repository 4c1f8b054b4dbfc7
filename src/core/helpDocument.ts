/** Help of one plugin, with upstream's field names (plugins-policy 1.11). */
export interface PluginHelp {
  readonly Description: string;
  readonly Config: Readonly<Record<string, string>>;
  readonly Snippet?: string;
  readonly Events: readonly string[];
  readonly Commands: readonly Readonly<{ Usage: string; Featured: boolean; Description: string; Examples: readonly string[]; WhoCanUse: string }>[];
}

/** The document of `/plugin-help`. */
export interface HelpDocument {
  readonly AllRepos: readonly string[];
  readonly RepoPlugins: Readonly<Record<string, readonly string[]>>;
  readonly RepoExternalPlugins: Readonly<Record<string, readonly string[]>>;
  readonly PluginHelp: Readonly<Record<string, PluginHelp>>;
  readonly ExternalPluginHelp: Readonly<Record<string, PluginHelp>>;
}
