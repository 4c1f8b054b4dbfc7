/** Which files are the configuration; upstream's flags of the same names. */
export interface ConfigFiles {
  readonly configPath: string;
  /** A file or a folder. */
  readonly jobConfigPath?: string | undefined;
  readonly pluginConfigPath?: string | undefined;
  readonly supplementalProwConfigDirs?: readonly string[];
  /** `_prowconfig.yaml` where unset; the empty text takes every file. */
  readonly supplementalProwConfigSuffix?: string;
  readonly supplementalPluginConfigDirs?: readonly string[];
  /** `_pluginconfig.yaml` where unset; the empty text switches these files off. */
  readonly supplementalPluginConfigSuffix?: string;
}
