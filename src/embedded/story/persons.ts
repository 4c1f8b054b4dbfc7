/** The repository of the story, and who plays in it. */
export const ORG = 'acme';
export const REPO = 'shop';
export const APP_SLUG = 'prow';

export interface PersonFacts {
  readonly name: string;
  readonly org: 'admin' | 'member' | 'outside';
  readonly about: string;
}

export const persons = {
  ada: { name: 'Ada', org: 'admin', about: 'approver of everything, by OWNERS' },
  ben: { name: 'Ben', org: 'member', about: 'reviewer, by OWNERS_ALIASES' },
  nora: { name: 'Nora', org: 'outside', about: 'an outsider with a fork' },
} as const satisfies Record<string, PersonFacts>;

export type PersonName = keyof typeof persons;
export const personNames = Object.keys(persons) as readonly PersonName[];
