/** What the end of the demo says, and what `--json` prints. */
export interface DemoSummary {
  readonly ok: boolean;
  readonly seconds: number;
  readonly pulls: readonly Readonly<{
    number: number; title: string; mergeSha: string; secondsFromCommentToEffect: number | null; secondsFromReadyToMerged: number | null;
    comments: readonly Readonly<{ by: string; comment: string; effect: string; seconds: number }>[];
  }>[];
  /** With a cluster: which jobs tested each merge, and on what; the seconds from /ok-to-test to the first pod. */
  readonly jobs: Readonly<{ secondsFromCommentToPod: number | null; tested: readonly Readonly<{ number: number; by: readonly Readonly<{ job: string; type: string; name: string; baseSha: string }>[] }>[] }> | undefined;
  readonly repository: Readonly<{ url: string; path: string; log: readonly string[] }>;
  /** How many effects the bot had, each of them once. */
  readonly effects: number;
  readonly kills: number;
  readonly restarts: number;
  readonly seed: number | undefined;
}

const seconds = (value: number | null): string => (value === null ? 'unknown' : `${value.toFixed(1)} s`);

/** The summary for people. */
export function summaryLines({ seconds: took, pulls, jobs, repository, effects, kills, restarts, seed }: DemoSummary): readonly string[] {
  return [
    `Merged in ${took.toFixed(1)} s:`,
    ...pulls.map(({ number, title, mergeSha, secondsFromCommentToEffect, secondsFromReadyToMerged }) => `  #${String(number)} ${title} as ${mergeSha.slice(0, 12)}: comment → effect ${seconds(secondsFromCommentToEffect)}, ready → merged ${seconds(secondsFromReadyToMerged)}`),
    ...(jobs === undefined ? [] : [
      `From /ok-to-test to the first pod: ${seconds(jobs.secondsFromCommentToPod)}. Tested by:`,
      ...jobs.tested.map(({ number, by }) => `  #${String(number)}: ${by.map(({ job, type, baseSha }) => `${job} (${type} on ${baseSha.slice(0, 12)})`).join(', ')}`),
    ]),
    ...(kills > 0 ? [`The worker was killed ${String(kills)} times (seed ${String(seed)}) and started again ${String(restarts)} times.`] : []),
    `Every effect of the bot happened once (${String(effects)} in all).`,
    `git log of ${repository.url} (${repository.path}):`,
    ...repository.log.map((line) => `  ${line}`),
  ];
}
