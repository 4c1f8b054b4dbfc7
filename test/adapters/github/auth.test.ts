import { createPublicKey, createVerify } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { eventually } from '../../support/redis.js';
import { privateKey, pull, signal, startWorld, type Answering } from './fake.js';

const auth = { kind: 'app', appId: '42', privateKey: () => privateKey } as const;
const rawPull = { number: 7, base: { ref: 'main', sha: 'b' }, head: { ref: 'fix', sha: 'h' } };
const inAnHour = (): string => new Date(Date.now() + 3_600_000).toISOString();

/** An App installed in acme as number 9, with tokens t1, t2, … */
function app(more: Answering = () => undefined): Answering {
  return (asked, nth) => {
    const said = more(asked, nth);
    if (said !== undefined) return said;
    if (asked.url === '/app') return { body: { slug: 'prow-app' } };
    if (asked.url === '/orgs/acme/installation') return { body: { id: 9 } };
    if (asked.url === '/app/installations/9/access_tokens') return { status: 201, body: { token: `t${nth}`, expires_at: inAnHour() } };
    return asked.url.startsWith('/repos/acme') ? { body: rawPull } : undefined;
  };
}
const tokensMade = (log: readonly string[]): number => log.filter((line) => line.includes('access_tokens')).length;

test('all workers share one installation token', async () => {
  await using world = await startWorld(app(), { auth });
  await Promise.all([world.github, world.another(), world.another()].map((github) => github.forPlugin('lgtm').pull(pull, { signal })));
  expect(tokensMade(world.server.log())).toBe(1);
  expect(new Set(world.server.asked.filter(({ url }) => url.startsWith('/repos')).map(({ headers }) => headers.authorization))).toEqual(new Set(['Bearer t1']));
});

test('the App itself is asked with a JWT that its key signed', async () => {
  await using world = await startWorld(app(), { auth });
  expect(await world.github.identity({ signal })).toEqual({ login: 'prow-app[bot]', kind: 'app', slug: 'prow-app' });
  const jwt = String(world.server.asked[0]?.headers.authorization).replace(/^Bearer /, '');
  const [head = '', body = '', signature = ''] = jwt.split('.');
  expect(createVerify('RSA-SHA256').update(`${head}.${body}`).verify(createPublicKey(privateKey), signature, 'base64url')).toBe(true);
  expect(JSON.parse(Buffer.from(body, 'base64url').toString())).toMatchObject({ iss: '42' });
});

test('a token is not used in its last minute', async () => {
  await using world = await startWorld(app(({ url }, nth) => (url.includes('access_tokens') && nth === 1 ? { status: 201, body: { token: 'old', expires_at: new Date(Date.now() + 59_000).toISOString() } } : undefined)), { auth });
  await world.github.forPlugin('lgtm').pull(pull, { signal });
  await world.github.forPlugin('lgtm').pull(pull, { signal });
  expect(world.server.asked.filter(({ url }) => url.startsWith('/repos')).at(-1)?.headers.authorization).toBe('Bearer t2');
});

test('a token that no longer works is replaced, and the call made again', async () => {
  await using world = await startWorld(app(({ url, headers }) => (url.startsWith('/repos') && headers.authorization === 'Bearer t1' ? { status: 401, body: { message: 'Bad credentials' } } : undefined)), { auth });
  await world.github.forPlugin('lgtm').pull(pull, { signal });
  expect(tokensMade(world.server.log())).toBe(2);
});

test('an App that was installed anew is found under its new number', async () => {
  await using world = await startWorld(app(({ url }, nth) => {
    if (url === '/orgs/acme/installation') return { body: { id: nth === 1 ? 8 : 9 } };
    return url === '/app/installations/8/access_tokens' ? { status: 404, body: { message: 'Not Found' } } : undefined;
  }), { auth });
  await world.github.forPlugin('lgtm').pull(pull, { signal });
  expect(world.server.log().filter((line) => line.endsWith('/installation'))).toHaveLength(2);
});

test("a user's installation is found too; an organisation without one is named", async () => {
  await using world = await startWorld(app(({ url }) => (url === '/orgs/acme/installation' ? { status: 404, body: {} } : url === '/users/acme/installation' ? { body: { id: 9 } } : undefined)), { auth });
  await world.github.forPlugin('lgtm').pull(pull, { signal });
  await expect(world.github.forPlugin('lgtm').pull({ ...pull, org: 'nobody' }, { signal })).rejects.toThrow('the App is not installed in nobody');
});

test('a new token does not split the cache of answers', async () => {
  await using world = await startWorld(app(({ url, headers }) => {
    if (!url.startsWith('/repos')) return undefined;
    if (headers.authorization === 'Bearer t1' && headers['if-none-match']) return { status: 401, body: {} };
    return headers['if-none-match'] ? { status: 304 } : { body: rawPull, headers: { etag: '"1"' } };
  }), { auth });
  await world.github.forPlugin('lgtm').pull(pull, { signal });
  await world.github.forPlugin('lgtm').pull(pull, { signal });
  expect(world.server.asked.at(-1)?.headers).toMatchObject({ authorization: 'Bearer t2', 'if-none-match': '"1"' });
});

test('git gets the installation token, and a personal token as it is now', async () => {
  await using world = await startWorld(app(), { auth });
  expect(await world.github.gitCredentials('acme', signal)).toEqual({ user: 'x-access-token', password: 't1' });
  let token = 'first-token';
  const personal = world.another({ auth: { kind: 'token', token: () => token } });
  token = 'second-token';
  expect(await personal.gitCredentials('acme', signal)).toEqual({ user: 'x-access-token', password: 'second-token' });
});

test('tokens and JWTs are registered with the censor', async () => {
  const added: string[] = [];
  await using world = await startWorld(app(), { auth, censor: { add: (secret) => added.push(secret), censor: (text) => text } });
  await world.github.forPlugin('lgtm').pull(pull, { signal });
  await eventually('the token', () => added.includes('t1'));
  expect(added.some((one) => one.startsWith('eyJ'))).toBe(true);
});
