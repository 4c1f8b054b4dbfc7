import { z } from 'zod';

/** What breaks a rule: where, below the object that the rule is for, and how. */
export type RuleFault = readonly [path: readonly (string | number)[], message: string];

/** A rule about several keys of an object. */
export interface Rule<T> {
  /** The keys that the rule looks at. */
  readonly keys: readonly string[];
  faults(value: T): readonly RuleFault[];
}

/**
 * Rules for `.check` of an object. Each is looked at whenever its own keys are right, whatever is wrong with the others: else a second
 * fault would only show once the first is mended.
 */
export function rules<T extends object>(...list: readonly Rule<T>[]): z.core.$ZodCheck<T> {
  return z.superRefine<T>((value, context) => {
    const broken = new Set(context.issues.map(({ path }) => path?.[0]));
    if (broken.has(undefined)) return;
    for (const { keys, faults } of list) {
      if (keys.some((key) => broken.has(key))) continue;
      for (const [path, message] of faults(value)) context.addIssue({ code: 'custom', path: [...path], message });
    }
  }, { when: ({ value }) => typeof value === 'object' && value !== null });
}

/** A rule that has one fault at most: what to say at a key, or nothing. */
export function rule<T>(keys: readonly string[], at: string, say: (value: T) => string | undefined): Rule<T> {
  return {
    keys,
    faults(value) {
      const message = say(value);
      return message === undefined ? [] : [[at === '' ? [] : [at], message]];
    },
  };
}

/** An older and a newer form of one thing, of which a file may have either. */
export function notBoth(older: string, newer: string): Rule<Readonly<Record<string, unknown>>> {
  return rule([older, newer], older, (value) => (isSet(value[older]) && isSet(value[newer]) ? `expected ${older} or ${newer}, not both` : undefined));
}

function isSet(value: unknown): boolean {
  return typeof value === 'object' && value !== null ? Object.keys(value).length > 0 : value !== undefined && value !== null && value !== '';
}
