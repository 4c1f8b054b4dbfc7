/** Plugins that may be enabled: upstream's, whether or not they are here (config 3.7), and in the last line ours. */
export const PLUGIN_NAMES: ReadonlySet<string> = new Set(`
  approve assign blockade blunderbuss branchcleaner bugzilla buildifier cat cherry-pick-approved cherry-pick-unapproved cla config-updater dco
  dog golint goose heart help hold invalidcommitmsg issue-management jira label lgtm lifecycle merge-method-comment mergecommitblocker milestone
  milestoneapplier milestonestatus override owners-label pony project project-manager release-note require-matching-label retitle rifle shrug
  sigmention size skip slackevents stage testfreeze trick-or-treat trigger verify-owners welcome wip yuks
  why
`.trim().split(/\s+/));
