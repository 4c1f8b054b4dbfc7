import { join } from 'node:path';
import { discount, gift } from './files.js';
import { ORG, REPO, persons } from './persons.js';
import { createStage, type StoryDeps, type StoryEnd } from './stage.js';
import { checkOf } from './view.js';
import { clone } from './work.js';

export const TEST_CHECK = 'test';
const HOLD = 'do-not-merge/hold';
const base = `/repos/${ORG}/${REPO}`;

/** How often `step` is told of a beginning. */
export const STEPS = 12;

/** Plays the story of a bot without jobs, from the opened pull request to the second merge. Throws a StuckError where something does not come true. */
export async function playStory({ git, workDir, ...deps }: StoryDeps): Promise<StoryEnd> {
  const { signal } = deps;
  const { people: { ada, ben, nora }, begin, act, see, comment, labelled, checked, merged, open, pull } = createStage(deps);

  begin();
  await nora.send('POST', `${base}/forks`, {});
  const fork = await clone({ dir: join(workDir, 'nora'), url: `${git}/nora/${REPO}.git`, login: 'nora', name: persons.nora.name, token: nora.token, signal });
  const wrong = await fork.push(gift.branch, gift.wrong, 'Offer gift wrapping');
  const first = await open(nora, `nora:${gift.branch}`, gift);

  begin();
  await comment(ben, first, '/ok-to-test');
  await labelled(first, 'ok-to-test');

  begin();
  act('ben', `reviews #${String(first)}: wrapping should be paid once, not for each item`);
  await ben.send('POST', `${base}/pulls/${String(first)}/reviews`, { event: 'COMMENT', body: 'Wrapping should be paid once, not for each item.' });
  await checked(first, wrong, TEST_CHECK, 'failure');

  begin();
  act('nora', `pushes a fix to ${gift.branch}`);
  const right = await fork.push(gift.branch, gift.right, 'Charge for wrapping once');
  await checked(first, right, TEST_CHECK, 'success');

  begin();
  await comment(ada, first, '/hold');
  await labelled(first, HOLD);
  begin();
  await comment(ben, first, '/lgtm');
  await labelled(first, 'lgtm');
  begin();
  await comment(ada, first, '/approve');
  await labelled(first, 'approved');
  const held = await pull(first, `the tide check of #${String(first)} names the hold`, (now) => checkOf(now, 'tide')?.title.includes(HOLD) ?? false);
  see(`#${String(first)} stays out of the pool: ${checkOf(held, 'tide')?.title ?? ''}`);

  begin();
  const upstream = await clone({ dir: join(workDir, 'ben'), url: `${git}/${ORG}/${REPO}.git`, login: 'ben', name: persons.ben.name, token: ben.token, signal });
  const second = await upstream.push(discount.branch, discount.files, 'Give a volume discount').then(async (sha) => ({ sha, number: await open(ben, discount.branch, discount) }));
  await checked(second.number, second.sha, TEST_CHECK, 'success');
  begin();
  await comment(ada, second.number, '/lgtm');
  await labelled(second.number, 'lgtm');

  begin();
  await comment(ada, first, '/hold cancel');
  const firstSha = await merged(first);

  begin();
  await comment(ada, second.number, '/approve');
  await labelled(second.number, 'approved');
  begin();
  const secondSha = await merged(second.number);
  return { merged: [{ number: first, title: gift.title, mergeSha: firstSha }, { number: second.number, title: discount.title, mergeSha: secondSha }] };
}
