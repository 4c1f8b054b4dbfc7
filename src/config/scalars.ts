import { z } from 'zod';
import { pattern } from '../core/re2.js';
import { findDuration } from './duration.js';
import { goTemplate, JENKINS_FUNCTIONS } from './goTemplate.js';
import { isGoUrl } from './goUrl.js';
import { parseSelector } from './prow/selector.js';
import { isPlainlyRe2 } from './regex.js';

/** A Go duration in the file, milliseconds in the program. A bare number is refused, as upstream does. */
export const Duration = z.string().transform((text, context) => {
  const ms = findDuration(text);
  if (ms !== undefined) return ms;
  context.addIssue({ code: 'custom', message: `expected a duration like 1h30m or 90s, found ${JSON.stringify(text)}` });
  return z.NEVER;
}).meta({ form: 'A duration such as 1h30m or 90s.' });

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** A point in time as RFC 3339 writes it; stays text. */
export const Time = z.string().refine((text) => TIME.test(text) && !Number.isNaN(Date.parse(text)), { error: (issue) => `expected a time like 2026-01-31T12:00:00Z, found ${JSON.stringify(issue.input)}` })
  .meta({ form: 'A time such as 2026-01-31T12:00:00Z.' });

/** The source of an RE2 expression; refused when it does not compile (look-around and back-references are not RE2). */
export const Regex = z.string().superRefine((text, context) => {
  const fault = regexFault(text);
  if (fault !== undefined) context.addIssue({ code: 'custom', message: `expected an RE2 expression: ${fault}` });
}).meta({ form: 'An RE2 expression.' });

/** Why a text is not an RE2 expression; undefined when it is one. */
export function regexFault(text: string): string | undefined {
  return isPlainlyRe2(text) ? undefined : faultOf(() => pattern(text));
}

/** Why a text cannot be read by `read`, which throws; undefined when it can. */
function faultOf(read: () => unknown): string | undefined {
  try {
    read();
    return undefined;
  } catch (err) {
    return err instanceof Error ? err.message : String(err);
  }
}

/** Why a text is not a Go template (config 1.4); undefined when it is one. */
export function templateFault(text: string): string | undefined {
  return faultOf(() => goTemplate(text));
}

function template(read: (text: string) => unknown) {
  return z.string().superRefine((text, context) => {
    const fault = faultOf(() => read(text));
    if (fault !== undefined) context.addIssue({ code: 'custom', message: `expected a Go template: ${fault}` });
  }).meta({ form: 'A Go template.' });
}

/** The source of a Go template; refused when it cannot be read, whatever it would do when it runs. */
export const Template = template((text) => goTemplate(text));

/** The same for the address of a job on Jenkins, with one function more. */
export const JenkinsTemplate = template((text) => goTemplate(text, JENKINS_FUNCTIONS));

/** A Kubernetes label selector as text. */
export const Selector = z.string().superRefine((text, context) => {
  const fault = faultOf(() => parseSelector(text));
  if (fault !== undefined) context.addIssue({ code: 'custom', message: `expected a label selector: ${fault}` });
}).meta({ form: 'A label selector such as app=x,tier!=y.' });

/** A list that is empty when the file does not name it. */
export const Strings = z.array(z.string()).readonly().default([]);

/** Something that is accepted and kept as it stands; its meaning lives elsewhere or has not been needed yet. */
export const Raw = z.unknown().optional();

export const StringMap = z.record(z.string(), z.string()).readonly();

export const UrlText = z.string().superRefine((text, context) => {
  if (!isGoUrl(text)) context.addIssue({ code: 'custom', message: `expected a URL, found ${JSON.stringify(text)}` });
});
