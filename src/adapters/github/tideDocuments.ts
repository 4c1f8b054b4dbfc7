/** Every GraphQL document that Tide sends; a test holds them against GitHub's published schema. */
const WORKFLOW = 'workflowRun { databaseId event workflow { name } }';

const CONTEXTS = `
    pageInfo { hasNextPage endCursor }
    nodes {
      __typename
      ... on StatusContext { context state description targetUrl createdAt creator { login } }
      ... on CheckRun {
        databaseId name status conclusion startedAt completedAt title externalId url
        checkSuite { databaseId app { slug databaseId } ${WORKFLOW} }
      }
    }`;

const SUITES = `
    pageInfo { hasNextPage }
    nodes { databaseId status conclusion url app { slug } ${WORKFLOW} checkRuns(first: 1) { totalCount } }`;

/** A branch with its rules, and a page of its open pull requests. */
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
      pageInfo { hasNextPage endCursor }
      nodes {
        id number title body url isDraft mergeable mergeStateStatus canBeRebased reviewDecision updatedAt
        headRefName headRefOid baseRefName
        author { __typename login }
        milestone { title }
        labels(first: 100) { pageInfo { hasNextPage } nodes { name } }
        commits(last: 1) { nodes { commit { oid checkSuites(first: 50) {${SUITES}
        } statusCheckRollup { contexts(first: 100) {${CONTEXTS}
        } } } } }
      }
    }
  }
}`;

/** All checks of one commit, page by page: for heads with more than a hundred, and those that are not the last commit by date. */
export const COMMIT = `query tideCommit($owner: String!, $name: String!, $oid: GitObjectID!, $after: String) {
  repository(owner: $owner, name: $name) {
    object(oid: $oid) {
      ... on Commit {
        oid
        checkSuites(first: 100) {${SUITES}
        }
        statusCheckRollup { contexts(first: 100, after: $after) {${CONTEXTS}
        } }
      }
    }
  }
}`;

export const SEARCH_PULLS = `query tideSearch($query: String!, $after: String) {
  search(type: ISSUE, first: 100, after: $after, query: $query) {
    issueCount
    pageInfo { hasNextPage endCursor }
    nodes { ... on PullRequest { number updatedAt baseRefName repository { name owner { login } } } }
  }
}`;

export const SEARCH_BLOCKERS = `query tideBlockers($query: String!, $after: String) {
  search(type: ISSUE, first: 100, after: $after, query: $query) {
    pageInfo { hasNextPage endCursor }
    nodes { ... on Issue { number title url repository { name owner { login } } } }
  }
}`;

export const DOCUMENTS = { POOL, COMMIT, SEARCH_PULLS, SEARCH_BLOCKERS } as const;
