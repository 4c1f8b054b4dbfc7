import { z } from 'zod';
import { rule, rules } from '../rules.js';
import { Bugzilla } from './bugzilla.js';
import { BranchCleaner, CherryPickApproved, CherryPickUnapproved, Dco, InvalidCommitMsg, ReleaseNote } from './commits.js';
import { ConfigUpdater } from './configUpdater.js';
import { flag, list, map, REPOS, text, texts } from './fields.js';
import { Help, Label, RequireMatchingLabel, SigMention } from './labels.js';
import { MilestoneApplier, ProjectConfig, ProjectManager, RepoMilestone } from './planning.js';
import { Blockades, Override, ReviewRequests, Size } from './review.js';
import { Cat, Golint, Goose, Heart, Jira, Retitle, Slack, Welcome } from './talk.js';

/** The plugins of an organisation or a repository; `excluded_repos` are bare names and only mean something at an organisation. */
export const Enabled = z.object({
  plugins: texts('Names of the plugins that are on.'),
  excluded_repos: texts('At an organisation: names of repositories (without the organisation) that it does not turn them on for.'),
}).readonly();
export type Enabled = z.infer<typeof Enabled>;

export const ExternalPlugin = z.object({
  name: z.string().default('').meta({ description: 'The name of the plugin.' }),
  endpoint: z.string().default('').meta({ description: 'The URL that events are sent to; `http://NAME` where it is missing.' }),
  events: texts('Names of the events that are sent on; all where it is empty.'),
  excluded_repos: texts('Not in upstream: names of repositories of the organisation whose events are not sent on.'),
}).check(rules(rule<Readonly<{ name: string; endpoint: string }>>(['name', 'endpoint'], '', ({ name, endpoint }) => (name === '' && endpoint === '' ? 'expected a name' : undefined)))).transform((plugin) => ({ ...plugin, endpoint: plugin.endpoint || `http://${plugin.name}` })).readonly();
export type ExternalPlugin = z.infer<typeof ExternalPlugin>;

export const ApproveEntry = z.object({
  repos: texts(REPOS),
  issue_required: flag('A pull request needs an issue to be approved.'),
  require_self_approval: flag('Authors who could approve have to say so; otherwise they approve by opening the pull request.'),
  lgtm_acts_as_approve: flag('`/lgtm` approves as well.'),
  ignore_review_state: flag('Reviews on GitHub do not count; otherwise approving ones approve and ones that request changes take that back.'),
  commandHelpLink: text('The page that lists the commands.', 'https://go.k8s.io/bot-commands'),
  pr_process_link: text('The page that explains reviews.', 'https://git.k8s.io/community/contributors/guide/owners.md#the-code-review-process'),
}).readonly();
export type ApproveEntry = z.infer<typeof ApproveEntry>;

export const LgtmEntry = z.object({
  repos: texts(REPOS),
  review_acts_as_lgtm: flag('Reviews on GitHub set and take the label, too.'),
  store_tree_hash: flag('Remember what was reviewed in a comment, so that commits that only squash keep the label.'),
  trusted_team_for_sticky_lgtm: text('The name (not the slug) of a GitHub team whose pull requests keep the label whatever is pushed. Its members can merge what nobody has seen.'),
}).readonly();
export type LgtmEntry = z.infer<typeof LgtmEntry>;

export const TriggerEntry = z.object({
  repos: texts(REPOS),
  only_org_members: flag('Collaborators of the repository are not trusted, only members of the organisation.'),
  ignore_ok_to_test: flag('`/ok-to-test` does nothing: only people who are trusted themselves start tests.'),
  trusted_apps: texts('Logins of GitHub Apps, without `[bot]`, whose pull requests are trusted.'),
  join_org_url: text('The page on how to join the organisation; its members on GitHub where it is missing.'),
  trigger_github_workflows: flag('Approve and rerun workflows of GitHub Actions as well.'),
  trusted_org: text('A second organisation whose members are trusted.').meta({ deprecated: true }),
  org_invite: z.object({
    prominent: z.object({
      disabled: flag('Do not look for earlier pull requests, and invite nobody specially.'),
      merged_pr_threshold: z.int().default(3).meta({ description: 'As many merged pull requests make somebody worth inviting.' }),
      message: text('The invitation, with {join_org_url} for the page; the plugin has one of its own.'),
    }).readonly().prefault({}).meta({ description: 'The invitation of people who have contributed before.' }),
  }).readonly().prefault({}).meta({ description: 'How people outside of the organisation are invited.' }),
}).transform((entry) => ({
  ...entry,
  join_org_url: entry.join_org_url || (entry.trusted_org === '' ? '' : `https://github.com/orgs/${entry.trusted_org}/people`),
})).readonly();
export type TriggerEntry = z.infer<typeof TriggerEntry>;

export const Owners = z.object({
  mdyamlrepos: texts('Organisations and repositories whose Markdown files may hold owners in a YAML header.'),
  skip_collaborators: texts('Organisations and repositories where only OWNERS files count, not who is a collaborator.'),
  codeowners: texts("Not in upstream: organisations and repositories where GitHub's CODEOWNERS file says who approves and reviews, as long as there is no OWNERS file in the repository."),
  labels_denylist: z.array(z.string()).readonly().default(['approved', 'lgtm']).meta({ description: 'Labels that OWNERS files may not set. An empty list forbids none; nothing at all means approved and lgtm.' }),
  filenames: map(z.object({
    owners: text('The name of the files with owners.', 'OWNERS'),
    owners_aliases: text('The name of the file with aliases.', 'OWNERS_ALIASES'),
  }).readonly(), 'By `org` or `org/repo`: other names for the files. Only the closest key counts.'),
}).readonly();
export type Owners = z.infer<typeof Owners>;

/** `plugins.yaml`: one schema per section is its type, its defaults and its documentation. */
export const PluginsConfig = z.object({
  plugins: map(Enabled, 'By `org` or `org/repo`: the plugins that are on. Those of a repository come on top of those of its organisation.'),
  external_plugins: map(z.array(ExternalPlugin).readonly(), 'By `org` or `org/repo`: services that get events sent on.'),
  owners: Owners.prefault({}).meta({ description: 'How OWNERS files are read.' }),
  approve: list(ApproveEntry, 'The plugin approve: who approves what. The first entry that names a repository counts, else the first that names its organisation.'),
  lgtm: list(LgtmEntry, 'The plugin lgtm: who has reviewed; entries count as those of approve.'),
  triggers: list(TriggerEntry, 'The plugin trigger: who starts tests; entries count as those of approve.'),
  comment_style: z.enum(['quiet', 'upstream']).default('quiet').meta({ description: 'Not in upstream: one comment per purpose that is edited (quiet), or as many as upstream makes.' }),
  trusted_only: z.array(z.enum(['hold', 'lifecycle'])).readonly().default([]).meta({ description: 'Not in upstream: plugins (hold, lifecycle) whose labels only people may change whom `triggers` trusts.' }),
  blockades: Blockades,
  blunderbuss: ReviewRequests.prefault({}).meta({ description: 'The plugin blunderbuss: reviewers out of OWNERS files.' }),
  branch_cleaner: BranchCleaner.prefault({}).meta({ description: 'The plugin branchcleaner: deletes branches once they are merged.' }),
  bugzilla: Bugzilla.prefault({}).meta({ description: 'The plugin bugzilla: pull requests and the bugs that they name.' }),
  cat: Cat.prefault({}).meta({ description: 'The plugin cat: pictures of cats.' }),
  cherry_pick_approved: list(CherryPickApproved, 'The plugin cherry-pick-approved: who lets cherry-picks be merged. The last entry that names a repository counts.'),
  cherry_pick_unapproved: CherryPickUnapproved.prefault({}).meta({ description: 'The plugin cherry-pick-unapproved: holds cherry-picks up until somebody approves.' }),
  config_updater: ConfigUpdater.prefault({}).meta({ description: 'The plugin config-updater: files that become ConfigMaps when they are merged.' }),
  dco: Dco,
  golint: Golint.prefault({}).meta({ description: 'The plugin golint: remarks on Go code.' }),
  goose: Goose.prefault({}).meta({ description: 'The plugin goose: pictures of geese.' }),
  heart: Heart.prefault({}).meta({ description: 'The plugin heart: reactions to comments of some people.' }),
  help: Help.prefault({}).meta({ description: 'The plugin help: issues for newcomers.' }),
  invalid_commit_msg: list(InvalidCommitMsg, 'The plugin invalidcommitmsg: what commits may not say; entries count as those of approve.'),
  jira: Jira.prefault({}).meta({ description: 'The plugin jira: links to issues of Jira.' }),
  label: Label.prefault({}).meta({ description: 'The plugin label: who may set which labels.' }),
  milestone_applier: MilestoneApplier,
  override: Override.prefault({}).meta({ description: 'The plugin override: who may override failed contexts.' }),
  project_config: ProjectConfig.prefault({}).meta({ description: 'The plugin project: cards on boards of classic projects.' }),
  project_manager: ProjectManager.prefault({}).meta({ description: 'The plugin project-manager: issues that become cards by their labels.' }),
  release_note: ReleaseNote.prefault({}).meta({ description: 'The plugin release-note: pull requests say what they change for users.' }),
  repo_milestone: RepoMilestone,
  require_matching_label: list(RequireMatchingLabel, 'The plugin require-matching-label: a label for want of another. All entries that fit count.'),
  retitle: Retitle.prefault({}).meta({ description: 'The plugin retitle: renames issues and pull requests.' }),
  rifle: ReviewRequests.prefault({}).meta({ description: 'The plugin rifle: reviewers who know the changed lines; instead of blunderbuss.' }),
  sigmention: SigMention.prefault({}).meta({ description: 'The plugin sigmention: labels from mentions of teams.' }),
  size: Size.prefault({}).meta({ description: 'The plugin size: a label for the number of changed lines.' }),
  slack: Slack.prefault({}).meta({ description: 'The plugin slackevents: what is told in Slack.' }),
  welcome: list(Welcome, 'The plugin welcome: how newcomers are greeted; entries count as those of approve.'),
}).readonly();
export type PluginsConfig = z.infer<typeof PluginsConfig>;
