/** The part of the embedded GitHub's log of effects that the story's end is proved from. */
export interface LoggedEffect {
  readonly at: string;
  readonly who: string;
  readonly kind: string;
  readonly target: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** What a comment asks for, and how it shows on the pull request. */
const commands: readonly Readonly<{ asks: RegExp; kind: 'label.add' | 'label.remove'; label: string }>[] = [
  { asks: /^\/hold cancel\s*$/m, kind: 'label.remove', label: 'do-not-merge/hold' },
  { asks: /^\/hold\s*$/m, kind: 'label.add', label: 'do-not-merge/hold' },
  { asks: /^\/lgtm\s*$/m, kind: 'label.add', label: 'lgtm' },
  { asks: /^\/approve\s*$/m, kind: 'label.add', label: 'approved' },
  { asks: /^\/ok-to-test\s*$/m, kind: 'label.add', label: 'ok-to-test' },
];

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const when = ({ at }: LoggedEffect): number => Date.parse(at);

function grouped(effects: readonly LoggedEffect[], keyOf: (effect: LoggedEffect) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const effect of effects) counts.set(keyOf(effect), (counts.get(keyOf(effect)) ?? 0) + 1);
  return counts;
}

/** What the bot did more often than it was asked to, as sentences; empty when every effect happened once. */
export function doubledEffects(effects: readonly LoggedEffect[], bot: string): readonly string[] {
  const own = effects.filter(({ who }) => who === bot);
  const of = (kind: string) => own.filter((effect) => effect.kind === kind);
  const faults: string[] = [];
  const once = (kind: string, keyOf: (effect: LoggedEffect) => string): void => {
    for (const [key, count] of grouped(of(kind), keyOf)) if (count > 1) faults.push(`${kind} happened ${String(count)} times: ${key}`);
  };
  once('comment.create', ({ target, detail }) => `${target} ${text(detail.body)}`);
  once('pull.merge', ({ target }) => target);
  // A job may run again on a head; each run has a check of its own.
  once('check_run.create', ({ target, detail }) => [target, text(detail.name), ...(text(detail.name) === 'tide' ? [] : [text(detail.externalId)])].join(' '));
  for (const kind of ['label.add', 'label.remove'] as const) {
    for (const [key, count] of grouped(of(kind), ({ target, detail }) => JSON.stringify([target, text(detail.label)]))) {
      const [target, label] = JSON.parse(key) as [string, string];
      const asked = effects.filter((effect) => effect.who !== bot && effect.kind === 'comment.create' && effect.target === target && commands.some((one) => one.kind === kind && one.label === label && one.asks.test(text(effect.detail.body)))).length;
      if (count > Math.max(1, asked)) faults.push(`${kind} ${label} happened ${String(count)} times at ${target}, which was asked for ${String(asked)} times`);
    }
  }
  const last = new Map<string, string>();
  for (const effect of own.filter(({ kind }) => kind.startsWith('check_run.'))) {
    const run = `${effect.target} ${text(effect.detail.name)}`;
    const { title, externalId, status, conclusion } = effect.detail;
    const said = JSON.stringify([title, externalId, status, conclusion]);
    if (title !== undefined && last.get(run) === said) faults.push(`${effect.kind} said the same twice: ${run}: ${text(title)}`);
    last.set(run, said);
  }
  return faults;
}

/** How fast one comment took effect. */
export interface Answered {
  readonly by: string;
  readonly comment: string;
  readonly effect: string;
  readonly seconds: number;
}

export interface MergedSummary {
  readonly number: number;
  readonly title: string;
  readonly mergeSha: string;
  /** Median over its comments. */
  readonly secondsFromCommentToEffect: number | null;
  readonly secondsFromReadyToMerged: number | null;
  readonly comments: readonly Answered[];
}

const round = (ms: number): number => Math.round(ms) / 1_000;

function answers(effects: readonly LoggedEffect[], target: string, bot: string): readonly Answered[] {
  return effects.flatMap((asked, at) => {
    if (asked.kind !== 'comment.create' || asked.target !== target || asked.who === bot) return [];
    return commands.filter(({ asks }) => asks.test(text(asked.detail.body))).flatMap(({ kind, label }) => {
      const effect = effects.slice(at).find((one) => one.who === bot && one.kind === kind && one.target === target && one.detail.label === label);
      return effect ? [{ by: asked.who, comment: text(asked.detail.body), effect: `${kind} ${label}`, seconds: round(when(effect) - when(asked)) }] : [];
    });
  });
}

/** Figures of a merged pull request, from the log. It was ready when its last label or check came right. */
export function summarize(effects: readonly LoggedEffect[], { bot, repo, number, title, mergeSha, headSha, check }: Readonly<{ bot: string; repo: string; number: number; title: string; mergeSha: string; headSha: string; check: string }>): MergedSummary {
  const target = `${repo}#${String(number)}`;
  const merge = effects.find((effect) => effect.kind === 'pull.merge' && effect.target === target);
  const before = effects.filter((effect) => merge !== undefined && when(effect) <= when(merge));
  const turns = before.filter((effect) => (effect.kind.startsWith('label.') && effect.target === target) || (effect.kind.startsWith('check_run.') && effect.target === `${repo}:${headSha}` && effect.detail.name === check));
  const ready = turns.at(-1);
  const comments = answers(effects, target, bot);
  const sorted = comments.map(({ seconds }) => seconds).sort((a, b) => a - b);
  return {
    number, title, mergeSha, comments, secondsFromCommentToEffect: sorted[Math.floor((sorted.length - 1) / 2)] ?? null,
    secondsFromReadyToMerged: merge && ready ? round(when(merge) - when(ready)) : null,
  };
}
