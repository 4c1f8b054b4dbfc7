import { isDeepStrictEqual } from 'node:util';
import type { DecorationEntry, ProwConfig } from '../prow/schema.js';
import { jobDefaults, type JobDefaults } from './defaults.js';
import { decorationEntries } from './layers.js';
import type { Preset } from './schema.js';
import type { clashes, Fault } from './validate.js';

/** What all jobs are finished with. The same object for as long as config.yaml says the same about jobs. */
export interface Defaults {
  readonly prow: JobDefaults;
  readonly decoration: readonly DecorationEntry[];
}

/** A finished job, and what is wrong with it. */
export interface Final<J> {
  readonly job: J;
  readonly faults: readonly Fault[];
}

/** Besides the job itself. */
interface DependsOn {
  readonly repo: string;
  readonly defaults: Defaults;
  /** Those that apply: a change of a preset only reaches the jobs which use it. */
  readonly presets: readonly Preset[];
}

type Clashes = ReturnType<typeof clashes>;

/** Remembers finished jobs from one load to the next. What a result depends on is compared; nothing is ever out of date. */
export interface FinalMemo {
  defaults(prow: ProwConfig): Defaults;
  /** A job that was made of the same objects before, or the one that `make` makes. */
  final<J>(yaml: object, on: DependsOn, make: () => Final<J>): Final<J>;
  /** The list that had this name in the last round, when it has the same elements. */
  list<T>(name: string, now: readonly T[]): readonly T[];
  clashes<T extends Parameters<typeof clashes>[0]>(jobs: T, find: (jobs: T) => Clashes): Clashes;
  /** Forgets lists that were not asked for since the last end. */
  endRound(): void;
}

export function createFinalMemo(): FinalMemo {
  const finals = new WeakMap<object, DependsOn & Readonly<{ final: Final<unknown> }>>();
  const found = new WeakMap<object, Clashes>();
  let lists = new Map<string, readonly unknown[]>();
  let next = new Map<string, readonly unknown[]>();
  let last: Defaults | undefined;
  return {
    defaults(prow) {
      const of = jobDefaults(prow);
      if (!last || !isDeepStrictEqual(last.prow, of)) last = { prow: of, decoration: decorationEntries(of) };
      return last;
    },
    final<J>(yaml: object, on: DependsOn, make: () => Final<J>) {
      const known = finals.get(yaml);
      if (known && known.repo === on.repo && known.defaults === on.defaults && sameItems(known.presets, on.presets)) return known.final as Final<J>;
      const final = make();
      finals.set(yaml, { ...on, final });
      return final;
    },
    list<T>(name: string, now: readonly T[]) {
      const before = lists.get(name) as readonly T[] | undefined;
      const kept = before && sameItems(before, now) ? before : now;
      next.set(name, kept);
      return kept;
    },
    clashes(jobs, find) {
      const known = found.get(jobs);
      if (known) return known;
      const made = find(jobs);
      found.set(jobs, made);
      return made;
    },
    endRound() {
      lists = next;
      next = new Map();
    },
  };
}

/** Tells the presets whose labels a job carries, in order. They are found by their first label, since every job asks. */
export function presetFinder(presets: readonly Preset[]): (labels: Readonly<Record<string, string>>) => readonly Preset[] {
  const all = presets.map((preset, at) => ({ preset, at, labels: Object.entries(preset.labels) }));
  const forAll = all.filter(({ labels }) => labels.length === 0);
  const byFirst = new Map<string, typeof all>();
  for (const one of all) {
    const [first] = one.labels;
    if (!first) continue;
    const key = first.join('\0');
    byFirst.set(key, [...(byFirst.get(key) ?? []), one]);
  }
  return (labels) => {
    const found = [...forAll];
    for (const key of Object.keys(labels)) {
      for (const one of byFirst.get(`${key}\0${labels[key] ?? ''}`) ?? []) if (one.labels.every(([name, value]) => labels[name] === value)) found.push(one);
    }
    return found.sort((a, b) => a.at - b.at).map(({ preset }) => preset);
  };
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((one, at) => one === b[at]);
}
