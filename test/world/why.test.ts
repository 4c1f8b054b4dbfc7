import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { tideCommand } from '../../src/cli/tide.js';
import { itemsOfJson, itemsOfMarkdown, itemsOfPage, itemsOfSlack, itemsOfTerminal, read, type Items } from '../tide/mediums.js';
import { BOT, slug, startWorld, type StoryWorld } from './world.js';

const dir = mkdtempSync(join(tmpdir(), 'prow-why-'));
afterAll(() => { rmSync(dir, { recursive: true, force: true }); });

async function slackSays(world: StoryWorld, text: string): Promise<Parameters<typeof itemsOfSlack>[0]> {
  const body = new URLSearchParams({ token: 't', team_id: 'T1', channel_id: 'C1', user_id: 'U1', user_name: 'amy', command: '/prow', text, response_url: 'http://127.0.0.1:1/', trigger_id: '1' }).toString();
  const at = String(Math.floor(Date.now() / 1_000));
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-slack-request-timestamp': at, 'x-slack-signature': `v0=${createHmac('sha256', 'slack-secret').update(`v0:${at}:${body}`).digest('hex')}` };
  const answer = await fetch(`${world.url}/slack/commands`, { method: 'POST', body, headers });
  return ((await answer.json()) as { readonly blocks: Parameters<typeof itemsOfSlack>[0] }).blocks;
}

/** What every surface says of a pull request whose last comment is the answer to `/why`. */
async function everywhere(world: StoryWorld, number: number): Promise<Readonly<Record<string, Items>>> {
  const query = `org=acme&repo=shop&number=${number}`;
  const printed: string[] = [];
  await tideCommand(['why', `${slug}#${number}`], { tide: world.views, print: (line) => { printed.push(line); }, now: Date.now(), output: 'text' });
  return {
    check: itemsOfMarkdown(world.view(number).tide?.summary ?? ''), comment: itemsOfMarkdown(world.view(number).answers.at(-1) ?? ''),
    page: itemsOfPage(await (await fetch(`${world.url}/pr?${query}`)).text()), json: itemsOfJson((await (await fetch(`${world.url}/pr.js?${query}`)).json()) as object),
    slack: itemsOfSlack(await slackSays(world, `why ${slug}#${number}`)), terminal: itemsOfTerminal(printed.join('\n')),
  };
}
const same = (items: Items): Readonly<Record<string, Items>> => Object.fromEntries(['check', 'comment', 'page', 'json', 'slack', 'terminal'].map((medium) => [medium, items.map(([text, by]) => [read(text), read(by)] as const)]));

test('one answer on every surface: labels and a red check, a refusal in GitHub\'s words, and the same comment brought up to date', async () => {
  const file = (name: string, text: string): string => { writeFileSync(join(dir, name), text); return join(dir, name); };
  await using world = await startWorld({
    plugins: `plugins:\n  ${slug}:\n    plugins: [trigger, hold, lgtm, approve, help, why]\n`,
    jobsOver: { slack: { endpoint: 'http://127.0.0.1:1', tokenFile: file('token', 'xoxb-test'), more: new Map(), signingSecretFile: file('signing', 'slack-secret') } },
  });
  world.github.world.protect(slug, 'main', { reviews: { count: 1, dismissStale: false, codeOwners: false } });
  const [held, refused] = [await world.open({ files: { 'src/shop.js': 'broken\n' } }), await world.open({ files: { 'src/new.js': 'new\n' } })];
  world.comment('ada', held, '/hold');
  for (const number of [held, refused]) world.comment('ada', number, '/approve');
  world.comment('ben', refused, '/lgtm');
  await world.settled(refused);
  for (const number of [held, refused]) world.comment('nora', number, '/why');
  await world.settled(refused);

  const wants = ['GitHub requires an approving review', 'reviewers with an approving GitHub review'] as const;
  expect(await everywhere(world, held)).toEqual(same([
    ['Needs the label lgtm', 'a reviewer with /lgtm'], ['Must not have the label do-not-merge/hold', 'somebody with /hold cancel'],
    ['The check test has failed: it ended with failure', 'the check test, run again or after a fix'], wants,
  ]));
  expect(world.view(held).tide?.title).toBe('Not mergeable. Needs lgtm label.');
  expect(await everywhere(world, refused)).toEqual(same([
    ['GitHub refused to merge: At least 1 approving review is required by reviewers with write access.', 'reviewers with an approving GitHub review; Tide tries again later'],
  ]));

  world.comment('nora', held, '/unhold');
  await world.push('nora', held, { 'src/shop.js': 'mended\n' });
  await world.settled(held);
  world.comment('nora', held, '/why');
  await world.settled(held);
  expect(await everywhere(world, held)).toEqual(same([['Needs the label lgtm', 'a reviewer with /lgtm'], wants]));
  const answers = world.github.world.pull(slug, held).comments.filter(({ user, body }) => user === BOT && body.includes('Comment `/why`'));
  expect(answers).toHaveLength(1);
}, 60_000);
