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

/** Every GraphQL document that plugins' reads send; a test holds them against GitHub's published schema. */
export const PLUGIN_DOCUMENTS = { BUSY, BLAME, CONTEXTS } as const;
