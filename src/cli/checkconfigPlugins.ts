import type { CheckInput } from '../config/checks/input.js';
import { formatFinding } from '../config/findings.js';
import { field } from '../config/jobs/data.js';
import { placeIn } from '../config/places.js';
import { PLUGIN_NAMES } from '../config/plugins/names.js';
import type { PluginsConfig } from '../config/plugins/schema.js';

/** Sections of plugins.yaml that are for one plugin, or for several. What is not here is for all. */
export const SECTION_OF: Readonly<Partial<Record<keyof PluginsConfig, readonly string[]>>> = {
  approve: ['approve'], lgtm: ['lgtm'], triggers: ['trigger'], blockades: ['blockade'], blunderbuss: ['blunderbuss'], branch_cleaner: ['branchcleaner'], bugzilla: ['bugzilla'], cat: ['cat'],
  cherry_pick_approved: ['cherry-pick-approved'], cherry_pick_unapproved: ['cherry-pick-unapproved'], config_updater: ['config-updater'], dco: ['dco'], golint: ['golint'], goose: ['goose'], heart: ['heart'], help: ['help'],
  invalid_commit_msg: ['invalidcommitmsg'], jira: ['jira'], label: ['label'], milestone_applier: ['milestoneapplier'], override: ['override'], project_config: ['project'], project_manager: ['project-manager'],
  release_note: ['release-note'], repo_milestone: ['milestone', 'milestonestatus'], require_matching_label: ['require-matching-label'], retitle: ['retitle'], rifle: ['rifle'], sigmention: ['sigmention'], size: ['size'],
  slack: ['slackevents'], welcome: ['welcome'],
};

/** Remarks about plugins of upstream that this build does not have, each at the first entry that enables it, and about their sections. */
export function absentPlugins({ snapshot: { plugins }, pluginSources }: Pick<CheckInput, 'snapshot' | 'pluginSources'>, builtIn: ReadonlySet<string>): readonly string[] {
  const said = new Set<string>();
  const enabled = Object.entries(plugins.plugins).flatMap(([key, entry]) => entry.plugins.flatMap((name, at): readonly string[] => {
    if (builtIn.has(name) || !PLUGIN_NAMES.has(name) || said.has(name)) return [];
    said.add(name);
    return [formatFinding(placeIn(pluginSources, ['plugins', key, 'plugins', at], `has no effect: the plugin ${name} is not there`))];
  }));
  const sections = Object.entries(SECTION_OF).flatMap(([section, names]) => (names.some((name) => builtIn.has(name)) ? [] : pluginSources.flatMap((source): readonly string[] => {
    const value = field(source.value, section);
    return value === undefined || value === null ? [] : [formatFinding(source.finding([section], `has no effect: the plugin ${names.join(', ')} is not there`, 'key'))];
  })));
  return [...enabled, ...sections];
}
