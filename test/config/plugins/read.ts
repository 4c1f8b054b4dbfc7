import { formatFinding, noFindings } from '../../../src/config/findings.js';
import { decodePlugins, validatePlugins } from '../../../src/config/plugins/load.js';
import type { PluginsConfig } from '../../../src/config/plugins/schema.js';
import { readYaml } from '../../../src/config/yaml/source.js';

/** What a plugins.yaml comes to: its value where it has no fault, and everything that is said about it, one line each. */
export function readPlugins(text: string): Readonly<{ config: PluginsConfig | undefined; errors: readonly string[]; warnings: readonly string[] }> {
  const findings = noFindings();
  const source = readYaml('plugins.yaml', text, findings.errors);
  const config = source && decodePlugins(source, findings)?.value;
  if (config) validatePlugins(config, [source], findings);
  return { config: findings.errors.length === 0 ? config : undefined, errors: findings.errors.map(formatFinding), warnings: findings.warnings.map(formatFinding) };
}

/** A plugins.yaml without a fault. */
export function plugins(text: string): PluginsConfig {
  const { config, errors } = readPlugins(text);
  if (!config) throw new Error(errors.join('\n'));
  return config;
}
