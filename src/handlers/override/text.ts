import type { Override } from '../../core/override.js';
import type { Verb } from './args.js';

/** Everything that override says. */

/** Words of strangers as code that nothing in them can end. */
const code = (text: string) => `\`${text.replaceAll('`', "'")}\``;
const bullets = (names: readonly string[]) => names.map((name) => `- ${code(name)}`).join('\n');

export function bareText(verb: Verb): string {
  return `\`/${verb}\` wants to know which failed contexts or jobs it is for, on the same line.`;
}

export function refusedText(verb: Verb, login: string, who: string): string {
  return `${code(login)} may not use \`/${verb}\`. Those who may: ${who}.`;
}

export function unknownText(unknown: readonly string[], names: readonly string[]): string {
  const known = names.length > 0 ? `These can be overridden:\n\n${bullets(names)}` : 'Nothing on this head can be overridden: no context has failed or is missing.';
  const hint = [...unknown, ...names].some((name) => name.includes(' ')) ? '\n\nPut names with spaces in double quotes.' : '';
  return `nothing was overridden, because there is no failed context or job of ${unknown.length === 1 ? 'this name' : 'these names'}:\n\n${bullets(unknown)}\n\n${known}${hint}`;
}

export function brokenText(): string {
  return 'nothing was overridden, because the configuration of jobs in this repository cannot be used at this head. Mend it, then ask again.';
}

export function overriddenText(contexts: readonly string[], login: string, override: Override): string {
  const lasting = override === 'sticky' ? ' This holds for the present head, also when tests run again or the base moves. A push ends it.' : '';
  return `overridden on behalf of ${code(login)}:\n\n${bullets(contexts)}\n\n\`/override-cancel\` takes it back.${lasting}`;
}

export function cancelledText(contexts: readonly string[], login: string): string {
  return `overrides cancelled on behalf of ${code(login)}:\n\n${bullets(contexts)}\n\nThese contexts count as failed until their tests pass or somebody overrides them again.`;
}

export const NOTHING_TO_CANCEL = 'there is no override to cancel on this head by what was named.';
