import { appInstallation, ownersPresence, type GithubCheck } from './github.js';
import { supplementalHierarchy } from './hierarchy.js';
import type { Check, FileCheck } from './input.js';
import { duplicateJobRefs, longJobNames, nonDecoratedJobs, periodicDefaultCloneConfig, requiredJobAnnotations, validDecoration, validateClusterField } from './jobs.js';
import { configUpdaterAcls, missingTrigger, validateLabel, validateOwners } from './plugins.js';
import { managedWebhooks, repeatedKeys, unknownFields, unknownFieldsAll, unmanagedWithoutSubconfig, unquotedTexts, validateUrls } from './prow.js';
import { templates } from './templates.js';
import { mismatchedTide, mismatchedTideLenient, needsOkToTest, tideContextPolicy, tideStrictBranch } from './tide.js';

interface Entry {
  readonly set: 'default' | 'expensive' | 'optional';
  readonly check?: Check;
  /** Instead of `check` where the files alone tell, so that it can be said of a configuration that does not load, too. */
  readonly onFiles?: FileCheck;
  /** Instead of `check` where only GitHub can tell. */
  readonly asks?: GithubCheck;
}

/** Upstream's warnings by name, and ours (`repeated-keys`, `unquoted-texts`, `templates`), in the order in which they run (config 4.2). */
export const CHECKS = {
  'mismatched-tide': { set: 'default', check: mismatchedTide },
  'mismatched-tide-lenient': { set: 'default', check: mismatchedTideLenient },
  'tide-strict-branch': { set: 'default', check: tideStrictBranch },
  'tide-context-policy': { set: 'default', check: tideContextPolicy },
  'non-decorated-jobs': { set: 'default', check: nonDecoratedJobs },
  'valid-decoration-config': { set: 'optional', check: validDecoration },
  'long-job-names': { set: 'default', check: longJobNames },
  'duplicate-job-refs': { set: 'default', check: duplicateJobRefs },
  'periodic-default-clone-config': { set: 'default', check: periodicDefaultCloneConfig },
  'needs-ok-to-test': { set: 'default', onFiles: needsOkToTest },
  'managed-webhooks': { set: 'default', check: managedWebhooks },
  'validate-owners': { set: 'default', check: validateOwners },
  'verify-owners-presence': { set: 'expensive', asks: ownersPresence },
  'missing-trigger': { set: 'default', check: missingTrigger },
  'validate-urls': { set: 'default', check: validateUrls },
  'unknown-fields': { set: 'default', onFiles: unknownFields },
  'unknown-fields-all': { set: 'optional', onFiles: unknownFieldsAll },
  'repeated-keys': { set: 'optional', onFiles: repeatedKeys },
  'unquoted-texts': { set: 'default', onFiles: unquotedTexts },
  templates: { set: 'default', check: templates },
  'validate-cluster-field': { set: 'default', check: validateClusterField },
  'validate-supplemental-prow-config-hierarchy': { set: 'default', onFiles: supplementalHierarchy },
  'validate-unmanaged-branchconfig-has-no-subconfig': { set: 'default', check: unmanagedWithoutSubconfig },
  'validate-label': { set: 'default', check: validateLabel },
  'required-job-annotations': { set: 'default', check: requiredJobAnnotations },
  'validate-config-updater-acls': { set: 'default', check: configUpdaterAcls },
  'validate-github-app-installation': { set: 'optional', asks: appInstallation },
} as const satisfies Readonly<Record<string, Entry>>;
export type CheckName = keyof typeof CHECKS;

export const CHECK_NAMES = Object.keys(CHECKS) as readonly CheckName[];

/** How the warnings are chosen; upstream's flags. */
export interface Choice {
  readonly warnings: readonly CheckName[];
  readonly includeDefault: boolean;
  readonly expensive: boolean;
  readonly exclude: readonly string[];
  /** Whoever gives an App also wants to know where it is installed. */
  readonly app: 'given' | 'none';
}

/** The warnings that run, in their order. One that another covers is left out. */
export function chosen({ warnings, includeDefault, expensive, exclude, app }: Choice): readonly CheckName[] {
  const names = new Set<CheckName>(warnings);
  if (warnings.length === 0 || includeDefault) for (const name of CHECK_NAMES) if (expensive || CHECKS[name].set === 'default') names.add(name);
  if (app === 'given') names.add('validate-github-app-installation');
  for (const name of CHECK_NAMES) if (exclude.includes(name)) names.delete(name);
  if (names.has('mismatched-tide')) names.delete('mismatched-tide-lenient');
  if (names.has('unknown-fields-all')) names.delete('unknown-fields');
  return CHECK_NAMES.filter((name) => names.has(name));
}
