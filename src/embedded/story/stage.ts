import { ORG, REPO, personNames, type PersonName } from './persons.js';
import { createCaller, type Caller } from './rest.js';
import { until, type Look } from './until.js';
import { checkOf, viewPull, wordsOf, type PullView } from './view.js';

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
  /** Told before each step, counted from 0. */
  step?(at: number): void;
  readonly signal: AbortSignal;
  readonly limitMs?: number;
}

/** What the story leaves behind. */
export interface StoryEnd {
  readonly merged: readonly Readonly<{ number: number; title: string; mergeSha: string }>[];
}

const base = `/repos/${ORG}/${REPO}`;

/** What people of a story do and wait for; every wait ends in a StuckError that says what was seen instead. */
export function createStage({ api, tokens, why, tell, step, signal, limitMs = 60_000 }: Omit<StoryDeps, 'git' | 'workDir'>) {
  const people = Object.fromEntries(personNames.map((login) => [login, createCaller({ api, login, token: tokens[login], signal })])) as Record<PersonName, Caller>;
  const act = (who: string, text: string): void => { tell({ kind: 'act', who, text }); };
  const see = (text: string): void => { tell({ kind: 'see', who: '', text }); };
  let steps = 0;

  /** Until something that is looked at is there. */
  const wait = <T>(what: string, look: () => Promise<Look<T>>, number?: number): Promise<T> => until(what, look, {
    limitMs, everyMs: 150, signal, reasons: () => (number === undefined ? Promise.resolve([]) : why(number)),
    waiting: (reasons) => { tell({ kind: 'wait', who: '', text: `#${String(number)} waits: ${reasons.map((reason) => reason.replace(/ \(cleared by .*\)$/, '')).join('; ')}` }); },
  });
  const pull = (number: number, what: string, isSo: (view: PullView) => boolean): Promise<PullView> => wait(what, async () => {
    const view = await viewPull(people.ada, number);
    return isSo(view) ? { there: view } : { seen: wordsOf(view) };
  }, number);

  return {
    people, act, see, wait, pull,
    begin(): void { step?.(steps++); },
    async comment(who: Caller, number: number, body: string): Promise<void> {
      act(who.login, `comments on #${String(number)}: ${body.replaceAll('\n', ' ')}`);
      await who.send('POST', `${base}/issues/${String(number)}/comments`, { body });
    },
    async labelled(number: number, ...labels: readonly string[]): Promise<PullView> {
      const view = await pull(number, `#${String(number)} gets ${labels.join(' and ')}`, (now) => labels.every((label) => now.labels.includes(label)));
      see(`#${String(number)} has ${labels.join(' and ')}`);
      return view;
    },
    /** Until a check of a head has ended in a way. */
    async checked(number: number, headSha: string, check: string, state: 'success' | 'failure'): Promise<PullView> {
      const view = await pull(number, `the check ${check} of #${String(number)} ends with ${state}`, (now) => now.headSha === headSha && checkOf(now, check)?.state === state);
      see(`the check ${check} of #${String(number)} ended with ${state}`);
      return view;
    },
    async merged(number: number): Promise<string> {
      const { mergeSha } = await pull(number, `#${String(number)} is merged`, (now) => now.mergeSha !== undefined);
      see(`#${String(number)} is merged as ${String(mergeSha).slice(0, 12)}`);
      return String(mergeSha);
    },
    async open(who: Caller, head: string, { title, body }: Readonly<{ title: string; body: string }>): Promise<number> {
      const { number } = await who.send<{ number: number }>('POST', `${base}/pulls`, { title, body, head, base: 'main' });
      act(who.login, `opens #${String(number)}: ${title}`);
      return number;
    },
  };
}
