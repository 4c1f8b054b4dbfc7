import { expect, test } from '@jest/globals';
import { graphqlError } from '../../../src/adapters/github/graphql.js';
import { nextOf, outsidePath, ownPath, pathLabel } from '../../../src/adapters/github/paths.js';

test.each([
  ['/repos/{owner}/{repo}/issues/{number}/labels/{name}', '/repos/:owner/:repo/issues/:issueId/labels/:labelId'],
  ['/repos/{owner}/{repo}/git/ref/heads/{+branch}', '/repos/:owner/:repo/git/ref/heads/:branch'],
  ['/graphql', '/graphql'], ['/repositories/1/pulls?page=2', 'unmatched'], ['https://api.github.com/x', 'unmatched'],
])('the metric label of %s is %s', (route, label) => expect(pathLabel(route)).toBe(label));

test.each([
  ['https://api.github.com/repositories/1/pulls?page=2', 'https://api.github.com', '/repositories/1/pulls?page=2'],
  ['https://ghe.example/api/v3/repos/a/b/pulls?page=2', 'https://ghe.example/api/v3', '/repos/a/b/pulls?page=2'],
  ['https://api.github.com/repos/a/b/pulls?page=2', 'http://ghproxy', '/repos/a/b/pulls?page=2'],
  ['/repositories/1', 'https://api.github.com/', '/repositories/1'],
])('%s is asked at %s as %s', (address, endpoint, path) => expect(ownPath(address, endpoint)).toBe(path));

test('the next page of a Link header', () => {
  expect(nextOf('<https://x/?page=1>; rel="prev", <https://x/?page=3>; rel="next"')).toBe('https://x/?page=3');
  expect(nextOf('<https://x/?page=1>; rel="first"')).toBeUndefined();
  expect(nextOf(undefined)).toBeUndefined();
});

test('what is in the path is not sent again', () => {
  expect(outsidePath('/repos/{owner}/git/{+branch}', { owner: 'a', branch: 'b', body: 'c' })).toEqual({ body: 'c' });
});

test.each([
  ['NOT_FOUND', 'Could not resolve', 'NotFoundError', 'never'], ['FORBIDDEN', 'Resource not accessible by integration', 'PermissionError', 'never'], ['INSUFFICIENT_SCOPES', 'Your token has not been granted', 'PermissionError', 'never'],
  [undefined, "Field 'x' doesn't exist on type 'Query'", 'RemoteError', 'never'], ['SERVICE_UNAVAILABLE', 'Something went wrong', 'RemoteError', 'later'],
])('GraphQL %s %s is a %s', (type, message, name, retry) => expect(graphqlError([{ ...(type === undefined ? {} : { type }), message }], 'a query')).toMatchObject({ name, retry }));
