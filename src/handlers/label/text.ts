import type { RestrictedLabel } from '../../config/plugins/labels.js';
import { ACCEPTED, type Decision } from './decide.js';

/** Words of strangers as code that nothing in them can end. */
export const code = (text: string) => `\`${text.replaceAll('`', "'")}\``;
const list = (labels: readonly string[]) => labels.map(code).join(', ');

/** So many people are named at most. */
const MAX_PEOPLE = 20;

/** That somebody may not set or take away a label, and who may. `turn` says with whom the list begins, so that not always the same ones are asked. */
export function refusedText({ label, allowed_teams: teams, allowed_users: users }: RestrictedLabel, turn: number): string {
  const sentence = `The label ${code(label)} is for some people only.`;
  if (teams.length > 0) return `${sentence} Please ask a member of ${teams.length === 1 ? 'the team' : 'one of the teams'} ${list(teams)}.`;
  if (users.length === 0) return `${sentence} The configuration names nobody who may set it.`;
  const first = turn % users.length;
  const named = [...users.slice(first), ...users.slice(0, first)].slice(0, MAX_PEOPLE);
  return `${sentence} Please assign somebody who may set it, such as ${named.map((login) => code(login)).join(', ')}.`;
}

/** What could not be done, a sentence for each reason. */
export function problems({ notInRepo, notPresent, notAccepted }: Pick<Decision, 'notInRepo' | 'notPresent' | 'notAccepted'>, unsupported: readonly string[], supported: readonly string[]): readonly string[] {
  return [
    ...(unsupported.length > 0 ? [unsupportedText(unsupported, supported)] : []),
    ...(notInRepo.length > 0 ? [`The ${notInRepo.length === 1 ? 'label' : 'labels'} ${list(notInRepo)} cannot be set: the repository has no such ${notInRepo.length === 1 ? 'label' : 'labels'}.`] : []),
    ...(notPresent.length > 0 ? [`The ${notPresent.length === 1 ? 'label' : 'labels'} ${list(notPresent)} cannot be taken away: ${notPresent.length === 1 ? 'it is' : 'they are'} not set here.`] : []),
    ...(notAccepted ? [`The label ${code(ACCEPTED)} is for members of the organisation.`] : []),
  ];
}

function unsupportedText(unsupported: readonly string[], supported: readonly string[]): string {
  const which = supported.length > 0 ? `They can be used with ${list(supported)}.` : 'No label can be used with them yet.';
  return `\`/label\` and \`/remove-label\` do not know ${list(unsupported)}. ${which} Which ones is said in plugins.yaml, under \`label\`: \`additional_labels\` or \`restricted_labels\`.`;
}
