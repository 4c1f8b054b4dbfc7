import { z } from 'zod';
import { Raw, Strings } from '../scalars.js';

/** The plugins of an organisation or a repository; `excluded_repos` are bare names and only mean something at an organisation. */
export const Enabled = z.object({ plugins: Strings, excluded_repos: Strings }).readonly();
export type Enabled = z.infer<typeof Enabled>;

export const ExternalPlugin = z.object({
  name: z.string().min(1),
  /** `http://NAME` where unset. */
  endpoint: z.string().default(''),
  /** Empty: all events. */
  events: Strings,
}).transform((plugin) => ({ ...plugin, endpoint: plugin.endpoint || `http://${plugin.name}` })).readonly();
export type ExternalPlugin = z.infer<typeof ExternalPlugin>;

export const ApproveEntry = z.object({
  repos: Strings,
  issue_required: z.boolean().default(false),
  /** Unset or false: the author approves implicitly. */
  require_self_approval: z.boolean().default(false),
  lgtm_acts_as_approve: z.boolean().default(false),
  /** Unset or false: reviews count. */
  ignore_review_state: z.boolean().default(false),
  commandHelpLink: z.string().default('').transform((link) => link || 'https://go.k8s.io/bot-commands'),
  pr_process_link: z.string().default('').transform((link) => link || 'https://git.k8s.io/community/contributors/guide/owners.md#the-code-review-process'),
}).readonly();
export type ApproveEntry = z.infer<typeof ApproveEntry>;

export const LgtmEntry = z.object({
  repos: Strings,
  review_acts_as_lgtm: z.boolean().default(false),
  store_tree_hash: z.boolean().default(false),
  /** The team's name, not its slug. */
  trusted_team_for_sticky_lgtm: z.string().default(''),
}).readonly();
export type LgtmEntry = z.infer<typeof LgtmEntry>;

export const TriggerEntry = z.object({
  repos: Strings,
  only_org_members: z.boolean().default(false),
  ignore_ok_to_test: z.boolean().default(false),
  /** Logins of GitHub Apps without `[bot]`. */
  trusted_apps: Strings,
  /** Empty: made from the repository's organisation when it is shown. */
  join_org_url: z.string().default(''),
  trigger_github_workflows: z.boolean().default(false),
  trusted_org: z.string().default(''),
  org_invite: z.object({
    prominent: z.object({
      disabled: z.boolean().default(false),
      merged_pr_threshold: z.int().default(3),
      message: z.string().default(''),
    }).readonly().prefault({}),
  }).readonly().prefault({}),
}).transform((entry) => ({
  ...entry,
  join_org_url: entry.join_org_url || (entry.trusted_org === '' ? '' : `https://github.com/orgs/${entry.trusted_org}/people`),
})).readonly();
export type TriggerEntry = z.infer<typeof TriggerEntry>;

export const Owners = z.object({
  mdyamlrepos: Strings,
  skip_collaborators: Strings,
  /** Unset: these two; an explicit empty list: none. */
  labels_denylist: z.array(z.string()).readonly().default(['approved', 'lgtm']),
  /** Keys `org` or `org/repo`; an entry replaces both names. */
  filenames: z.record(z.string(), z.object({ owners: z.string().default(''), owners_aliases: z.string().default('') }).readonly()).readonly().default({}),
}).readonly();
export type Owners = z.infer<typeof Owners>;

/** `plugins.yaml`. Sections of plugins that are not here yet are kept as they stand. */
export const PluginsConfig = z.object({
  /** Keys `org` or `org/repo`. */
  plugins: z.record(z.string(), Enabled).readonly().default({}),
  external_plugins: z.record(z.string(), z.array(ExternalPlugin).readonly()).readonly().default({}),
  owners: Owners.prefault({}),
  approve: z.array(ApproveEntry).readonly().default([]),
  lgtm: z.array(LgtmEntry).readonly().default([]),
  triggers: z.array(TriggerEntry).readonly().default([]),
  /** Ours: one edited comment per purpose (`quiet`), or upstream's comments word for word in number and place. */
  comment_style: z.enum(['quiet', 'upstream']).default('quiet'),
  blockades: Raw, blunderbuss: Raw, branch_cleaner: Raw, bugzilla: Raw, cat: Raw, cherry_pick_approved: Raw, cherry_pick_unapproved: Raw,
  config_updater: Raw, dco: Raw, golint: Raw, goose: Raw, heart: Raw, help: Raw, invalid_commit_msg: Raw, jira: Raw, label: Raw,
  milestone_applier: Raw, override: Raw, project_config: Raw, project_manager: Raw, release_note: Raw, repo_milestone: Raw,
  require_matching_label: Raw, retitle: Raw, rifle: Raw, sigmention: Raw, size: Raw, slack: Raw, welcome: Raw,
}).readonly();
export type PluginsConfig = z.infer<typeof PluginsConfig>;
