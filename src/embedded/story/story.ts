import { join } from 'node:path';
import { discount, gift } from './files.js';
import { ORG, REPO, personNames, persons, type PersonName } from './persons.js';
import { createCaller, type Caller } from './rest.js';
import { until, type Look } from './until.js';
import { checkOf, viewPull, wordsOf, type PullView } from './view.js';
import { clone } from './work.js';

/** One line of the story as it happens. */
export interface Tale {
  readonly kind: 'act' | 'see' | 'wait';
  /** Who acts; empty where the world does. */
  readonly who: string;
  readonly text: string;
}

export interface StoryDeps {
  /** Addresses of the REST API and of git. */
  readonly api: string;
  readonly git: string;
  readonly tokens: Readonly<Record<PersonName, string>>;
  /** Folder of people's clones. */
  readonly workDir: string;
  /** Why Tide does not merge a pull request. */
  why(number: number): Promise<readonly string[]>;
  tell(tale: Tale): void;
  /** Told before each of `STEPS` steps, counted from 0. */
  step?(at: number): void;
  readonly signal: AbortSignal;
  readonly limitMs?: number;
}

/** What the story leaves behind. */
export interface StoryEnd {
  readonly merged: readonly Readonly<{ number: number; title: string; mergeSha: string }>[];
}

export const TEST_CHECK = 'test';
const HOLD = 'do-not-merge/hold';
const base = `/repos/${ORG}/${REPO}`;

/** How often `step` is told of a beginning. */
export const STEPS = 12;

/** Plays the story from the opened pull request to the second merge. Throws a StuckError where something does not come true. */
export async function playStory({ api, git, tokens, workDir, why, tell, step, signal, limitMs = 60_000 }: StoryDeps): Promise<StoryEnd> {
  const people = Object.fromEntries(personNames.map((login) => [login, createCaller({ api, login, token: tokens[login], signal })])) as Record<PersonName, Caller>;
  const { ada, ben, nora } = people;
  const act = (who: string, text: string): void => { tell({ kind: 'act', who, text }); };
  const see = (text: string): void => { tell({ kind: 'see', who: '', text }); };
  let steps = 0;
  const begin = (): void => { step?.(steps++); };

  const see1 = async (number: number, what: string, isSo: (view: PullView) => boolean): Promise<PullView> => until(what, async (): Promise<Look<PullView>> => {
    const view = await viewPull(ada, number);
    return isSo(view) ? { there: view } : { seen: wordsOf(view) };
  }, { limitMs, everyMs: 150, signal, reasons: () => why(number), waiting: (reasons) => { tell({ kind: 'wait', who: '', text: `#${String(number)} waits: ${reasons.map((reason) => reason.replace(/ \(cleared by .*\)$/, '')).join('; ')}` }); } });
  const comment = async (who: Caller, number: number, body: string): Promise<void> => {
    act(who.login, `comments on #${String(number)}: ${body}`);
    await who.send('POST', `${base}/issues/${String(number)}/comments`, { body });
  };
  const labelled = async (number: number, ...labels: readonly string[]): Promise<PullView> => {
    const view = await see1(number, `#${String(number)} gets ${labels.join(' and ')}`, (now) => labels.every((label) => now.labels.includes(label)));
    see(`#${String(number)} has ${labels.join(' and ')}`);
    return view;
  };
  const tested = async (number: number, headSha: string, state: 'success' | 'failure'): Promise<void> => {
    await see1(number, `the check ${TEST_CHECK} of #${String(number)} ends with ${state}`, (now) => now.headSha === headSha && checkOf(now, TEST_CHECK)?.state === state);
    see(`the check ${TEST_CHECK} of #${String(number)} ended with ${state}`);
  };
  const merged = async (number: number): Promise<string> => {
    const { mergeSha } = await see1(number, `#${String(number)} is merged`, (now) => now.mergeSha !== undefined);
    see(`#${String(number)} is merged as ${String(mergeSha).slice(0, 12)}`);
    return String(mergeSha);
  };
  const open = async (who: Caller, head: string, { title, body }: Readonly<{ title: string; body: string }>): Promise<number> => {
    const { number } = await who.send<{ number: number }>('POST', `${base}/pulls`, { title, body, head, base: 'main' });
    act(who.login, `opens #${String(number)}: ${title}`);
    return number;
  };

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
  await tested(first, wrong, 'failure');

  begin();
  act('nora', `pushes a fix to ${gift.branch}`);
  const right = await fork.push(gift.branch, gift.right, 'Charge for wrapping once');
  await tested(first, right, 'success');

  begin();
  await comment(ada, first, '/hold');
  await labelled(first, HOLD);
  begin();
  await comment(ben, first, '/lgtm');
  await labelled(first, 'lgtm');
  begin();
  await comment(ada, first, '/approve');
  await labelled(first, 'approved');
  const held = await see1(first, `the tide check of #${String(first)} names the hold`, (now) => checkOf(now, 'tide')?.title.includes(HOLD) ?? false);
  see(`#${String(first)} stays out of the pool: ${checkOf(held, 'tide')?.title ?? ''}`);

  begin();
  const upstream = await clone({ dir: join(workDir, 'ben'), url: `${git}/${ORG}/${REPO}.git`, login: 'ben', name: persons.ben.name, token: ben.token, signal });
  const second = await upstream.push(discount.branch, discount.files, 'Give a volume discount').then(async (sha) => ({ sha, number: await open(ben, discount.branch, discount) }));
  await tested(second.number, second.sha, 'success');
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
