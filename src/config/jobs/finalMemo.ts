import { isDeepStrictEqual } from 'node:util';
import type { DecorationEntry, ProwConfig } from '../prow/schema.js';
import { jobDefaults, type JobDefaults } from './defaults.js';
import { finishedLater, type Finished } from './finished.js';
import { decorationEntries } from './layers.js';
import type { Preset } from './schema.js';
import type { Fault } from './validate.js';

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

/** What a list of jobs depends on besides the jobs. Both are compared as objects: the memo gives the same one for what is equal. */
interface ListDependsOn {
  readonly defaults: Defaults;
  readonly presets: readonly Preset[];
}

/** Whether a job is known to have no fault with these very defaults and presets. */
export type IsProven = (read: object) => boolean;

/** Remembers finished jobs from one load to the next. What a result depends on is compared; nothing is ever out of date. */
export interface FinalMemo {
  defaults(prow: ProwConfig): Defaults;
  /** The list of the last round, when it has the same elements. */
  presets(now: readonly Preset[]): readonly Preset[];
  /** A job that was made of the same objects before, or the one that `make` makes. */
  final<J>(yaml: object, on: DependsOn, make: () => Final<J>): Final<J>;
  /**
   * The list that had this name in the last round, when it was made of the same, or the one that `make` makes; then its jobs are the
   * same object as before where they are the same. What is proven to have no fault is made when it is asked for.
   */
  finished<R extends object, J>(name: string, reads: readonly R[], on: ListDependsOn, are: 'proven' | 'unproven', make: (isProven: IsProven) => Finished<J>): Finished<J>;
  /** Forgets lists that were not asked for since the last end. */
  endRound(): void;
}

interface KnownList extends ListDependsOn {
  readonly reads: readonly object[];
  readonly are: 'proven' | 'unproven';
  readonly finished: Finished<unknown>;
}

export function createFinalMemo(): FinalMemo {
  const finals = new WeakMap<object, DependsOn & Readonly<{ final: Final<unknown> }>>();
  let lists = new Map<string, KnownList>();
  let next = new Map<string, KnownList>();
  let last: Defaults | undefined;
  let lastPresets: readonly Preset[] = [];
  return {
    defaults(prow) {
      const of = jobDefaults(prow);
      if (!last || !isDeepStrictEqual(last.prow, of)) last = { prow: of, decoration: decorationEntries(of) };
      return last;
    },
    presets(now) {
      if (!sameItems(lastPresets, now)) lastPresets = now;
      return lastPresets;
    },
    final<J>(yaml: object, on: DependsOn, make: () => Final<J>) {
      const known = finals.get(yaml);
      if (known && known.repo === on.repo && known.defaults === on.defaults && sameItems(known.presets, on.presets)) return known.final as Final<J>;
      const final = make();
      finals.set(yaml, { ...on, final });
      return final;
    },
    finished<R extends object, J>(name: string, reads: readonly R[], on: ListDependsOn, are: 'proven' | 'unproven', make: (isProven: IsProven) => Finished<J>) {
      const before = lists.get(name);
      const same = before !== undefined && before.defaults === on.defaults && before.presets === on.presets;
      if (same && sameItems(before.reads, reads)) {
        next.set(name, before);
        return before.finished as Finished<J>;
      }
      const proven = new Set<object>(same && before.are === 'proven' ? before.reads : []);
      const finished = are === 'proven' ? finishedLater(() => make(() => true).jobs) : withListOf(make((read) => proven.has(read)), before?.finished as Finished<J> | undefined);
      next.set(name, { ...on, reads, are, finished });
      return finished;
    },
    endRound() {
      lists = next;
      next = new Map();
    },
  };
}

function withListOf<J>(now: Finished<J>, before: Finished<J> | undefined): Finished<J> {
  return before && sameItems(before.jobs, now.jobs) ? { ...now, jobs: before.jobs } : now;
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
