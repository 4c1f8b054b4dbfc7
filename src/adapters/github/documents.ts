const BUSY = 'query busy($login: String!) { user(login: $login) { status { indicatesLimitedAvailability } } }';

const BLAME = `query blame($owner: String!, $name: String!, $ref: String!, $path: String!) {
  repository(owner: $owner, name: $name) { object(expression: $ref) { ... on Commit { blame(path: $path) { ranges { startingLine endingLine commit { committedDate author { user { login } } } } } } } }
}`;

/** Statuses and check runs of a commit at once: REST would be two reads, each of which counts. */
const CONTEXTS = `query contexts($owner: String!, $name: String!, $oid: GitObjectID!, $after: String) {
  repository(owner: $owner, name: $name) { object(oid: $oid) { ... on Commit { statusCheckRollup { contexts(first: 100, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes {
      __typename
      ... on StatusContext { context state description targetUrl }
      ... on CheckRun { databaseId name status conclusion title permalink checkSuite { app { databaseId } } }
    }
  } } } } }
}`;

/** What people said on a pull request: REST would be four reads. */
const TALK = `query talk($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) { pullRequest(number: $number) {
    labels(first: 100) { pageInfo { hasNextPage } nodes { name } }
    comments(first: 100) { pageInfo { hasNextPage } nodes { databaseId body createdAt updatedAt url author { __typename login } } }
    reviews(first: 100) {
      pageInfo { hasNextPage }
      nodes {
        databaseId state body submittedAt url author { __typename login }
        comments(first: 50) { pageInfo { hasNextPage } nodes { databaseId body createdAt url author { __typename login } } }
      }
    }
  } }
}`;

/** Every GraphQL document that plugins' reads send; a test holds them against GitHub's published schema. */
export const PLUGIN_DOCUMENTS = { BUSY, BLAME, CONTEXTS, TALK } as const;
