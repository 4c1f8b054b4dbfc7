import { branchMatch } from './match.js';
import type { Compiled, Presubmit } from './schema.js';

type Indexed = Pick<Presubmit, 'branches' | 'skip_branches'> & Readonly<{ compiled: Compiled }>;

/** An expression of a branch that is a text in which a dot stands for any sign: `release-1.2`, `^main$`, `release-1\.30`. */
const TEXT = /^\^?((?:[\w/ :,@#~%&=<>"'!.-]|\\[-./])+)\$?$/;
/** Stands for any sign; no name of a branch has it. */
const ANY = '\0';

interface Shape {
  readonly length: number;
  /** Where any sign may stand. */
  readonly dots: readonly number[];
  readonly jobs: Map<string, Set<number>>;
}

/**
 * Finds the jobs of a branch, in their order, without asking every job about every branch: jobs whose branches are plain texts are looked
 * up by the parts of the branch's name, and only these are asked. Gives exactly those for which `branchMatch` is true.
 */
export function branchIndex<J extends Indexed>(jobs: readonly J[]): (branch: string) => readonly J[] {
  const shapes = new Map<string, Shape>();
  const always: number[] = [];
  for (const [at, job] of jobs.entries()) {
    const texts = job.branches.map((one) => signsOf(one));
    const known = texts.filter((one) => one !== undefined);
    // One expression that is no text may change what its neighbours mean, such as a switch at its start.
    if (known.length === 0 || known.length < texts.length) always.push(at);
    else for (const signs of known) remember(shapes, signs, at);
  }
  return (branch) => {
    const found = new Set(always);
    const signs = [...branch];
    for (const shape of shapes.values()) for (let from = 0; from + shape.length <= signs.length; from++) for (const at of shape.jobs.get(masked(signs.slice(from, from + shape.length), shape.dots)) ?? []) found.add(at);
    return [...found].sort((a, b) => a - b).flatMap((at): readonly J[] => {
      const job = jobs[at];
      return job && branchMatch(job, branch) ? [job] : [];
    });
  };
}

/** The signs of an expression that is a text, a dot that means any sign as ANY; undefined for every other expression. */
function signsOf(expression: string): readonly string[] | undefined {
  const text = TEXT.exec(expression)?.[1];
  return text === undefined ? undefined : [...text.matchAll(/\\?(.)/g)].map(([whole, sign = '']) => (whole === '.' ? ANY : sign));
}

function remember(shapes: Map<string, Shape>, signs: readonly string[], at: number): void {
  const dots = signs.flatMap((sign, n) => (sign === ANY ? [n] : []));
  const name = `${signs.length}:${dots.join(',')}`;
  const shape = shapes.get(name) ?? { length: signs.length, dots, jobs: new Map<string, Set<number>>() };
  shapes.set(name, shape);
  const text = signs.join('');
  shape.jobs.set(text, (shape.jobs.get(text) ?? new Set()).add(at));
}

function masked(signs: string[], dots: readonly number[]): string {
  for (const n of dots) signs[n] = ANY;
  return signs.join('');
}
