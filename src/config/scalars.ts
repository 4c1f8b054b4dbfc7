import { z } from 'zod';
import { pattern } from '../core/re2.js';
import { findDuration } from './duration.js';

/** A Go duration in the file, milliseconds in the program. A bare number is refused, as upstream does. */
export const Duration = z.string().transform((text, context) => {
  const ms = findDuration(text);
  if (ms !== undefined) return ms;
  context.addIssue({ code: 'custom', message: `expected a duration like 1h30m or 90s, found ${JSON.stringify(text)}` });
  return z.NEVER;
}).meta({ description: 'A duration such as 1h30m or 90s.' });

/** The source of an RE2 expression; refused when it does not compile (look-around and back-references are not RE2). */
export const Regex = z.string().superRefine((text, context) => {
  const fault = regexFault(text);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: `expected an RE2 expression: ${fault}` });
}).meta({ description: 'An RE2 expression.' });

/** Why a text is not an RE2 expression; undefined when it is one. */
export function regexFault(text: string): string | undefined {
  try {
    pattern(text);
    return undefined;
  } catch (err) {
    return err instanceof Error ? err.message : String(err);
  }
}

/** A list that is empty when the file does not name it. */
export const Strings = z.array(z.string()).readonly().default([]);

/** Something that is accepted and kept as it stands; its meaning lives elsewhere or has not been needed yet. */
export const Raw = z.unknown().optional();

export const StringMap = z.record(z.string(), z.string()).readonly();

export const UrlText = z.string().superRefine((text, context) => {
  if (text !== '' && !URL.canParse(text, 'http://relative.invalid')) context.addIssue({ code: 'custom', message: `expected a URL, found ${JSON.stringify(text)}` });
});
