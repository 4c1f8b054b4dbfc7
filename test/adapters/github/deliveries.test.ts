import { expect, test } from '@jest/globals';
import type { DeliveryAttempt } from '../../../src/core/ports/deliveries.js';
import { privateKey, signal, startWorld, type Asked } from './fake.js';

const HUGE = '183278340000000001';
const at = (minute: number): string => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
const asApp = { auth: { kind: 'app', appId: '42', privateKey: () => privateKey } } as const;
const raw = (id: string, guid: string, minute: number) => `{"id":${id},"guid":"${guid}","event":"issue_comment","action":"created","delivered_at":"${at(minute)}","status_code":200,"redelivery":false}`;
const all = async (list: AsyncIterable<DeliveryAttempt>): Promise<readonly DeliveryAttempt[]> => { const found: DeliveryAttempt[] = []; for await (const one of list) found.push(one); return found; };

test('deliveries of the App, newest first and no further back than asked; ids beyond 2^53 stay whole', async () => {
  await using world = await startWorld(({ url, headers }: Asked) => {
    if (headers['if-none-match']) return { status: 304 };
    if (url === '/app/hook/deliveries?per_page=100') return { headers: { etag: '"1"', link: `<http://${headers.host ?? ''}/app/hook/deliveries?per_page=100&cursor=v1>; rel="next"`, 'content-type': 'application/json' }, raw: `[${raw(HUGE, 'c', 30)}]` };
    if (url === '/app/hook/deliveries?per_page=100&cursor=v1') return { headers: { 'content-type': 'application/json' }, raw: `[${raw('2', 'b', 20)},${raw('1', 'a', 10)}]` };
    return url === `/app/hook/deliveries/${HUGE}` ? { body: { event: 'issue_comment', request: { payload: { action: 'created' } } } } : undefined;
  }, asApp);
  const { deliveries } = world.github;
  const found = await all(deliveries.list(Date.parse(at(15)), { signal }));
  expect(found.map(({ id, deliveredAt }) => `${id} ${new Date(deliveredAt).toISOString()}`)).toEqual([`c ${at(30)}`, `b ${at(20)}`]);
  expect(await deliveries.fetch(found[0]?.deliveryId ?? '', { signal })).toEqual({ event: 'issue_comment', body: '{"action":"created"}' });
  expect(await deliveries.fetch(found[1]?.deliveryId ?? '', { signal })).toBeUndefined();
  expect((await all(deliveries.list(Date.parse(at(25)), { signal })))[0]?.deliveryId).toBe(found[0]?.deliveryId);
});

test('with a token the hooks of enabled organisations and repositories are walked, as far as they may be seen', async () => {
  await using world = await startWorld(({ url }) => {
    if (url.startsWith('/orgs/acme/hooks?')) return { body: [{ id: 1 }] };
    if (url.startsWith('/repos/other/site/hooks?')) return { status: 404, body: { message: 'Not Found' } };
    return url.startsWith('/orgs/acme/hooks/1/deliveries') ? { headers: { 'content-type': 'application/json' }, raw: `[${raw('5', 'x', 5)}]` } : undefined;
  }, { enabled: ['acme', 'other/site'] });
  expect((await all(world.github.deliveries.list(0, { signal }))).map(({ id }) => id)).toEqual(['x']);
});
