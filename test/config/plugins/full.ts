/** A plugins.yaml that sets every key there is, none that is deprecated, and each to something else than its default. */
export const FULL = `
plugins:
  org: {plugins: [hold, lgtm], excluded_repos: [other]}
  org/repo: {plugins: [trigger]}
external_plugins:
  org: [{name: refresh, endpoint: "http://refresh:8888", events: [issue_comment], excluded_repos: [other]}]
owners:
  mdyamlrepos: [org]
  skip_collaborators: [org/repo]
  codeowners: [org/repo]
  labels_denylist: [approved]
  filenames: {org: {owners: OWNED, owners_aliases: OWNED_ALIASES}}
approve:
- {repos: [org], issue_required: true, require_self_approval: true, lgtm_acts_as_approve: true, ignore_review_state: true, commandHelpLink: "https://x", pr_process_link: "https://x"}
lgtm:
- {repos: [org], review_acts_as_lgtm: true, store_tree_hash: true, trusted_team_for_sticky_lgtm: team}
triggers:
- repos: [org]
  only_org_members: true
  ignore_ok_to_test: true
  trusted_apps: [app]
  join_org_url: https://x
  trigger_github_workflows: true
  org_invite: {prominent: {disabled: true, merged_pr_threshold: 5, message: "Join {join_org_url}"}}
comment_style: upstream
trusted_only: [hold]
blockades:
- {repos: [org], branchregexp: ^main$, blockregexps: [^vendor/], exceptionregexps: [OWNERS$], explanation: why}
blunderbuss:
  request_count: 1
  max_request_count: 3
  exclude_approvers: true
  use_status_availability: true
  ignore_drafts: true
  ignore_authors: [bot]
  wait_for_status: {context: queue, state: success, description: ready}
branch_cleaner: {preserved_branches: {org: [main, "release-.*"]}}
bugzilla:
  default:
    '*': &options
      exclude_defaults: true
      enable_backporting: true
      validate_by_default: true
      is_open: true
      target_release: '1'
      statuses: [NEW]
      valid_states: [{status: CLOSED, resolution: ERRATA}]
      dependent_bug_statuses: [NEW]
      dependent_bug_states: [{status: POST, resolution: ''}]
      dependent_bug_target_releases: ['2']
      status_after_validation: POST
      state_after_validation: {status: POST, resolution: OK}
      add_external_link: true
      status_after_merge: MODIFIED
      state_after_merge: {status: MODIFIED, resolution: OK}
      state_after_close: {status: NEW, resolution: OK}
      allowed_groups: [all]
  orgs: {org: {default: {main: *options}, repos: {repo: {branches: {main: *options}}}}}
cat: {key_path: /etc/cat}
cherry_pick_approved:
- {org: org, repo: repo, branchregexp: ^v, approvers: [ann], allow_missing_approved_label: true, allow_missing_lgtm_label: true}
cherry_pick_unapproved: {branchregexp: ^v, comment: no}
config_updater:
  gzip: true
  cluster_groups: {group: {clusters: [a], namespaces: [b]}}
  maps:
    a/*.yaml: {name: a, clusters: {c: [d]}, gzip: false, use_full_path_as_key: true, allowed_repos: [org], denied_repos: [org/other]}
    b: {partitioned_names: [b1, b2], cluster_groups: [group], key: k}
dco:
  '*': {skip_dco_check_for_members: true, skip_dco_check_for_collaborators: true, trusted_apps: [app], trusted_org: org, contributing_repo: org/x, contributing_branch: main, contributing_path: C.md}
golint: {minimum_confidence: 0.5}
goose: {key_path: /etc/goose}
heart: {adorees: [ann], commentregexp: merged}
help: {help_guidelines_url: "https://x", help_guidelines_summary: be kind}
invalid_commit_msg:
- {repos: [org], checks: [{name: fixupPrefix, disabled: true}]}
jira: {disabled_jira_projects: [abc]}
label:
  additional_labels: [x]
  restricted_labels: {'*': [{label: special, allowed_teams: [team], allowed_users: [ann], assign_on: [{label: trigger}]}]}
  enforce_restricted_labels: true
milestone_applier: {org/repo: {main: v1.0}}
override: {allow_top_level_owners: true, allowed_github_teams: {org: [team]}}
project_config:
  project_org_configs:
    org: {org_maintainers_team_id: 1, org_default_column_map: {p: c}, project_repo_configs: {repo: {repo_maintainers_team_id: 2, repo_default_column_map: {p: d}}}}
project_manager:
  orgsRepos: {org: {projects: {p: {columns: [{id: 1, name: c, state: open, labels: [x], org: org}]}}}}
release_note: {guidelines_url: "https://x"}
repo_milestone: {org/repo: {maintainers_team: team, maintainers_friendly_name: the team}}
require_matching_label:
- {org: org, repo: repo, branch: main, prs: true, issues: true, regexp: ^kind/, missing_label: needs-kind, missing_comment: "Which kind?", grace_period: 1m}
retitle: {allow_closed_issues: true}
rifle: {request_count: 1}
sigmention: {regexp: "@org/sig-([a-z]+)"}
size: {s: 1, m: 2, l: 3, xl: 4, xxl: 5}
slack:
  mentionchannels: [sig-x]
  mergewarnings: [{repos: [org], channels: [c], exempt_users: [ann], exempt_branches: {main: [bob]}}]
welcome:
- {repos: [org], message_template: "Hi {{.Org}}", always_post: true}
`;
