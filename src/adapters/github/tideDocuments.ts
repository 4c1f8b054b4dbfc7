const MARK = `
  __typename
  ... on StatusContext { context state description targetUrl createdAt creator { login } }
  ... on CheckRun {
    databaseId name status conclusion startedAt completedAt title externalId permalink detailsUrl
    checkSuite { databaseId app { slug databaseId } workflowRun { databaseId event workflow { name } } }
  }`;
const SUITE = `databaseId status conclusion url app { slug databaseId } checkRuns(first: 1) { totalCount } workflowRun { databaseId event workflow { name } }`;
const PAGE = 'pageInfo { hasNextPage endCursor }';

/** Pull requests that a search finds: as little as tells which branches to look at. */
export const SEARCH_PULLS = `query tideSearch($query: String!, $after: String) {
  search(type: ISSUE, first: 100, after: $after, query: $query) {
    issueCount
    ${PAGE}
    nodes { __typename ... on PullRequest { number baseRefName updatedAt repository { name owner { login } } } }
  }
}`;

/** Issues that block merging (tide 4.4). */
export const SEARCH_ISSUES = `query tideBlockers($query: String!, $after: String) {
  search(type: ISSUE, first: 100, after: $after, query: $query) {
    issueCount
    ${PAGE}
    nodes { __typename ... on Issue { number title url repository { name owner { login } } } }
  }
}`;

/** A branch with its rules, and a page of its open pull requests, with what each merge depends on. */
export const POOL = `query tidePool($owner: String!, $name: String!, $ref: String!, $branch: String!, $after: String) {
  repository(owner: $owner, name: $name) {
    isArchived mergeCommitAllowed squashMergeAllowed rebaseMergeAllowed
    ref(qualifiedName: $ref) {
      target { oid ... on Commit { committedDate } }
      refUpdateRule { requiredStatusCheckContexts requiresLinearHistory }
      branchProtectionRule { requiresStatusChecks requiresStrictStatusChecks requiresLinearHistory requiredStatusChecks { context app { databaseId } } }
      rules(first: 100) {
        nodes {
          type
          parameters {
            __typename
            ... on RequiredStatusChecksParameters { strictRequiredStatusChecksPolicy requiredStatusChecks { context integrationId } }
            ... on PullRequestParameters { allowedMergeMethods }
          }
        }
      }
    }
    pullRequests(states: OPEN, baseRefName: $branch, first: 25, after: $after, orderBy: { field: CREATED_AT, direction: ASC }) {
      ${PAGE}
      nodes {
        number id title body url isDraft mergeable mergeStateStatus canBeRebased reviewDecision updatedAt baseRefName headRefName headRefOid
        author { login __typename }
        milestone { title }
        labels(first: 100) { pageInfo { hasNextPage } nodes { name } }
        commits(last: 1) { nodes { commit {
          oid
          statusCheckRollup { contexts(first: 100) { ${PAGE} nodes { ${MARK} } } }
          checkSuites(first: 50) { ${PAGE} nodes { ${SUITE} } }
        } } }
      }
    }
  }
}`;

/** One commit's marks and suites, page by page: for heads with many, and those that are not the last commit by date. */
export const HEAD = `query tideHead($owner: String!, $name: String!, $oid: GitObjectID!, $marks: String, $suites: String) {
  repository(owner: $owner, name: $name) { object(oid: $oid) { ... on Commit {
    oid
    statusCheckRollup { contexts(first: 100, after: $marks) { ${PAGE} nodes { ${MARK} } } }
    checkSuites(first: 50, after: $suites) { ${PAGE} nodes { ${SUITE} } }
  } } }
}`;

/** Every GraphQL document that Tide sends; a test holds them against GitHub's published schema. */
export const DOCUMENTS = { POOL, HEAD, SEARCH_PULLS, SEARCH_ISSUES } as const;
