import type { RestrictedLabel } from '../../config/plugins/labels.js';
import type { ParsedCommand } from '../plugin.js';

export type Verb = 'typed' | 'remove-typed' | 'label' | 'remove-label';

export const ACCEPTED = 'triage/accepted';
/** Kinds of labels of which the repository wants one, and says so with `needs-…`. */
const NEEDED = ['kind', 'priority', 'sig', 'triage'] as const;

/** Labels in lower case, each once, in the order in which they were asked for. */
export interface Wanted {
  readonly add: readonly string[];
  readonly remove: readonly string[];
  /** Arguments of `/label` and `/remove-label` that are neither additional nor restricted labels. */
  readonly unsupported: readonly string[];
}

/**
 * What a comment asks for (plugins-policy 4.14). `words`: how the words of a line are told apart; upstream parts them at every single space, takes
 * what is between two of them for a label, and says that there is none such.
 */
export function readWanted(commands: readonly ParsedCommand<Verb>[], supported: ReadonlySet<string>, words: 'any white space' | 'single spaces'): Wanted {
  const add = new Set<string>();
  const remove = new Set<string>();
  const unsupported = new Set<string>();
  for (const { verb, groups } of commands) {
    const to = verb === 'typed' || verb === 'label' ? add : remove;
    if (verb === 'label' || verb === 'remove-label') {
      const [label, ...more] = wordsOf(groups[0] ?? '', 'any white space');
      if (label === undefined || more.length > 0) continue;
      (supported.has(label) ? to : unsupported).add(label);
    } else {
      for (const word of wordsOf(groups[1] ?? '', words)) to.add(`${groups[0] ?? ''}/${word}`);
    }
  }
  return { add: [...add], remove: [...remove], unsupported: [...unsupported] };
}

/** The words of a text that begins with the white space behind the command. */
function wordsOf(text: string, words: 'any white space' | 'single spaces'): readonly string[] {
  const lower = text.toLowerCase().trimEnd();
  if (words === 'any white space') return lower.split(/\s+/).filter((word) => word !== '');
  return lower.split(' ').slice(1).map((word) => word.trim());
}

/** What is known of an issue or pull request and its repository; labels as GitHub spells them. */
export interface Facts {
  readonly present: readonly string[];
  readonly inRepo: readonly string[];
  readonly restricted: ReadonlyMap<string, RestrictedLabel>;
  /** Restricted labels that whoever asks may not set or take away, in lower case. */
  readonly forbidden: ReadonlySet<string>;
  readonly isMember: boolean;
}

/** The changes to make, and what cannot be done. */
export interface Decision {
  /** As the repository spells them. */
  readonly add: readonly string[];
  readonly remove: readonly string[];
  readonly refused: readonly RestrictedLabel[];
  readonly notInRepo: readonly string[];
  readonly notPresent: readonly string[];
  readonly notAccepted: boolean;
}

/** Additions and removals are both judged by the labels that are there now. */
export function decideLabels({ add: toAdd, remove: toRemove }: Wanted, { present, inRepo, restricted, forbidden, isMember }: Facts): Decision {
  const spelt = new Map(inRepo.map((label) => [label.toLowerCase(), label]));
  const here = new Set(present.map((label) => label.toLowerCase()));
  const refused = new Map<string, RestrictedLabel>();
  const allowed = (label: string): boolean => {
    const rule = restricted.get(label);
    if (!rule || !forbidden.has(label)) return true;
    refused.set(label, rule);
    return false;
  };
  const isAcceptance = (label: string) => label === ACCEPTED && !isMember;
  const missing = toAdd.filter((label) => !here.has(label));
  const known = missing.filter((label) => spelt.has(label));
  const add = known.filter((label) => !isAcceptance(label) && allowed(label));
  const remove = toRemove.filter((label) => here.has(label) && spelt.has(label) && allowed(label));
  const asked = new Set(toAdd.map(kindOf));
  const needs = NEEDED.filter((kind) => {
    const leaves = new Set(remove.filter((label) => kindOf(label) === kind));
    return leaves.size > 0 && !asked.has(kind) && [...here].every((label) => kindOf(label) !== kind || leaves.has(label));
  }).map((kind) => `needs-${kind}`).filter((label) => spelt.has(label) && !here.has(label) && !add.includes(label));
  const spell = (label: string) => spelt.get(label) ?? label;
  return {
    add: [...add, ...needs].map(spell),
    remove: remove.map(spell),
    refused: [...refused.values()],
    notInRepo: missing.filter((label) => !spelt.has(label)),
    notPresent: toRemove.filter((label) => !here.has(label)),
    notAccepted: known.some(isAcceptance),
  };
}

const kindOf = (label: string): string => (label.includes('/') ? label.slice(0, label.indexOf('/')) : '');
