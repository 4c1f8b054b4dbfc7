import { join } from 'node:path';
import { discount, gift, receipt } from './files.js';
import { JOBS, PERIODIC, POSTSUBMIT } from './jobFiles.js';
import { ORG, REPO, persons } from './persons.js';
import { createStage, type StoryDeps, type StoryEnd } from './stage.js';
import { checkOf, wordsOf } from './view.js';
import { clone } from './work.js';

const HOLD = 'do-not-merge/hold';
const base = `/repos/${ORG}/${REPO}`;
const { unit, smoke } = JOBS;

/** How often `step` is told of a beginning. */
export const JOB_STEPS = 14;

/** A run of a job, as far as the story tells of it. */
export interface JobView {
  readonly name: string;
  readonly job: string;
  readonly type: string;
  readonly state: string;
  readonly complete: boolean;
  readonly baseSha: string;
  readonly pulls: readonly Readonly<{ number: number; sha: string }>[];
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly podAt: number | undefined;
}

/** The cluster behind the story's installation. */
export interface ClusterView {
  jobs(): Promise<readonly JobView[]>;
  /** Names of pods. */
  pods(): Promise<readonly string[]>;
}

export interface JobsEnd extends StoryEnd {
  /** The batch that tested what was merged together. */
  readonly batch: readonly JobView[];
}

/** Plays the story of an installation that runs jobs. Throws a StuckError where something does not come true. */
export async function playJobsStory({ git, workDir, cluster, ...deps }: StoryDeps & Readonly<{ cluster: ClusterView }>): Promise<JobsEnd> {
  const { signal } = deps;
  const { people: { ada, ben, nora }, begin, act, see, wait, comment, labelled, checked, merged, open, pull } = createStage(deps);

  begin();
  await nora.send('POST', `${base}/forks`, {});
  const fork = await clone({ dir: join(workDir, 'nora'), url: `${git}/nora/${REPO}.git`, login: 'nora', name: persons.nora.name, token: nora.token, signal });
  const wrong = await fork.push(gift.branch, gift.wrong, 'Offer gift wrapping');
  const first = await open(nora, `nora:${gift.branch}`, gift);
  const fresh = await labelled(first, 'needs-ok-to-test');
  if ([unit, smoke].some((name) => checkOf(fresh, name))) throw new Error(`jobs ran on #${String(first)} before anybody said that they may: ${wordsOf(fresh)}`);
  see(`nothing runs on #${String(first)}: nobody knows Nora`);

  begin();
  await comment(ben, first, '/ok-to-test');
  await labelled(first, 'ok-to-test');

  begin();
  await checked(first, wrong, unit, 'failure');
  const { check_runs: runs } = await ada.get<{ check_runs: readonly { readonly name: string; readonly output: { readonly summary: string | null } }[] }>(`${base}/commits/${wrong}/check-runs?check_name=${unit}`);
  const said = runs.at(-1)?.output.summary ?? '';
  const line = said.split('\n').find((one) => one.includes('AssertionError') || one.includes('Expected values')) ?? '';
  if (line === '') throw new Error(`the check ${unit} does not show the lines that failed: ${said.slice(0, 500)}`);
  see(`its check shows why: ${line.trim()}`);

  begin();
  act('nora', `pushes a fix to ${gift.branch}`);
  const right = await fork.push(gift.branch, gift.right, 'Charge for wrapping once');
  await wait(`the runs on ${wrong.slice(0, 8)} end`, async () => {
    const old = (await cluster.jobs()).filter(({ pulls }) => pulls[0]?.sha === wrong);
    return old.every(({ complete }) => complete) ? { there: old } : { seen: old.map(({ job, state }) => `${job} ${state}`).join(', ') };
  });
  see('what still ran on the old commit is ended');
  begin();
  await checked(first, right, unit, 'success');
  await checked(first, right, smoke, 'success');

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
  const others: { number: number; sha: string; title: string }[] = [];
  for (const change of [discount, receipt]) {
    const sha = await upstream.push(change.branch, change.files, change.title);
    others.push({ number: await open(ben, change.branch, change), sha, title: change.title });
  }
  for (const { number } of others) await comment(ada, number, '/hold');
  for (const { number } of others) await labelled(number, HOLD);
  begin();
  for (const { number } of others) await comment(ada, number, '/lgtm\n/approve');
  for (const { number, sha } of others) {
    await labelled(number, 'lgtm', 'approved');
    await checked(number, sha, unit, 'success');
    await checked(number, sha, smoke, 'success');
  }

  begin();
  await comment(ada, first, '/hold cancel');
  const firstSha = await merged(first);

  begin();
  act('ada', `lifts the hold of ${others.map(({ number }) => `#${String(number)}`).join(' and ')}`);
  for (const { number } of others) await comment(ada, number, '/hold cancel');
  const shas: string[] = [];
  for (const { number } of others) shas.push(await merged(number));
  const batch = (await cluster.jobs()).filter(({ type, state, pulls }) => type === 'batch' && state === 'success' && pulls.length === others.length);
  if (batch.length === 0) throw new Error(`${others.map(({ number }) => `#${String(number)}`).join(' and ')} were not tested together`);
  see(`they were tested as a batch on ${batch[0]?.baseSha.slice(0, 12) ?? ''}: ${batch.map(({ job }) => job).join(', ')}`);

  begin();
  await wait(`${POSTSUBMIT} runs on what was merged`, async () => {
    const published = (await cluster.jobs()).filter(({ job, state, baseSha }) => job === POSTSUBMIT && state === 'success' && baseSha === shas.at(-1));
    return published.length > 0 ? { there: published } : { seen: 'it does not' };
  });
  see(`${POSTSUBMIT} ran on what was merged`);
  await wait(`${PERIODIC} has run`, async () => {
    const periodic = (await cluster.jobs()).filter(({ job, state }) => job === PERIODIC && state === 'success');
    return periodic.length > 0 ? { there: periodic } : { seen: 'it has not' };
  });
  see(`${PERIODIC} has run by its schedule`);
  begin();
  await wait('finished pods are collected', async () => {
    const left = await cluster.pods();
    return left.length === 0 ? { there: true } : { seen: `${String(left.length)} pods are there` };
  });
  see('the pods of finished jobs are collected');
  return { batch, merged: [{ number: first, title: gift.title, mergeSha: firstSha }, ...others.map(({ number, title }, n) => ({ number, title, mergeSha: shas[n] ?? '' }))] };
}

