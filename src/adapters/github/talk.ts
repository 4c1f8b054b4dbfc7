import { NotFoundError } from '../../core/errors.js';
import type { Account } from '../../core/event.js';
import { issueKey, type IssueRef } from '../../core/ids.js';
import type { Comment, Talk } from '../../core/ports/github.js';
import { PLUGIN_DOCUMENTS } from './documents.js';
import { graphql } from './graphql.js';
import type { Caller, Http } from './http.js';

interface Page<T> {
  readonly pageInfo: { readonly hasNextPage: boolean };
  readonly nodes?: readonly (T | null)[] | null;
}
type RawAuthor = Readonly<{ __typename: string; login: string }> | null | undefined;

interface RawComment {
  readonly databaseId?: number | null;
  readonly body: string;
  readonly createdAt: string;
  readonly updatedAt?: string;
  readonly url: string;
  readonly author?: RawAuthor;
}

interface RawReview {
  readonly databaseId?: number | null;
  readonly state: string;
  readonly body: string;
  readonly submittedAt?: string | null;
  readonly url: string;
  readonly author?: RawAuthor;
  readonly comments: Page<RawComment>;
}

interface RawTalk {
  readonly repository: { readonly pullRequest: { readonly labels?: Page<{ readonly name: string }> | null; readonly comments: Page<RawComment>; readonly reviews?: Page<RawReview> | null } | null } | null;
}

const nodes = <T>(page: Page<T> | null | undefined): readonly T[] => (page?.nodes ?? []).filter((node) => node !== null);

/** GraphQL leaves the ending of an App's login out; REST, payloads and all of Prow have it. */
function account(author: RawAuthor): Account {
  if (!author) return { login: '', type: 'User' };
  const { __typename: type, login } = author;
  return { login: type === 'Bot' && !login.endsWith('[bot]') ? `${login}[bot]` : login, type };
}

function commentOf({ databaseId, body, createdAt, updatedAt, url, author }: RawComment): Comment {
  return { id: databaseId ?? 0, user: account(author), body, createdAt, updatedAt: updatedAt ?? createdAt, url };
}

/** The talk on a pull request; undefined where it is longer than one answer holds. Throws NotFoundError when there is no such pull request. */
export async function readTalk(http: Pick<Http, 'call'>, ref: IssueRef, caller: Caller): Promise<Talk | undefined> {
  const { repository } = await graphql<RawTalk>(http, { name: `the talk on ${issueKey(ref)}`, text: PLUGIN_DOCUMENTS.TALK, variables: { owner: ref.org, name: ref.name, number: ref.number } }, caller);
  const pull = repository?.pullRequest;
  if (!pull) throw new NotFoundError(`there is no pull request ${issueKey(ref)}`, { service: 'github' });
  const reviews = nodes(pull.reviews);
  if ([pull.labels, pull.comments, pull.reviews, ...reviews.map(({ comments }) => comments)].some((page) => page?.pageInfo.hasNextPage)) return undefined;
  const byId = (a: Comment, b: Comment): number => a.id - b.id;
  return {
    labels: nodes(pull.labels).map(({ name }) => name),
    comments: nodes(pull.comments).map(commentOf),
    reviews: reviews.map(({ databaseId, state, body, submittedAt, url, author }) => ({ id: databaseId ?? 0, user: account(author), state, body, submittedAt: submittedAt ?? '', url })),
    reviewComments: reviews.flatMap(({ comments }) => nodes(comments).map(commentOf)).sort(byId),
  };
}
