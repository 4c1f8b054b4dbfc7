import { pattern, type Match, type Pattern } from '../core/re2.js';

/** One character, escape or simple class, and what may follow it. Longer texts are compiled, so that looking never takes long. */
const ATOM = String.raw`(?:[\w\s/,:;=@~"'<>!%&#.-]|\\[-./\\+*?()[\]{}^$|dswDSW]|\[\^?(?:a-z|A-Z|0-9|[\w./])+\])[*+?]?|[\^$|]|\(\?[ims]+\)`;
const nested = (inside: string) => String.raw`(?:${ATOM}|\((?:\?:)?(?:${inside})*\)[*+?]?)`;
const PLAIN = new RegExp(`^${nested(nested(nested(ATOM)))}*$`);
const LONGEST = 2_000;

/** Whether a text is an RE2 expression beyond doubt, without compiling it; false says nothing. */
export function isPlainlyRe2(text: string): boolean {
  return text.length <= LONGEST && PLAIN.test(text);
}

/** A pattern that is compiled when it is first used. Its source must be known to compile, since a fault would only show there. */
export function lazyPattern(source: string): Pattern {
  let made: Pattern | undefined;
  let test: Pattern['test'] | undefined;
  const compiled = (): Pattern => (made ??= pattern(source));
  return {
    source,
    test: (text) => (test ??= literalTest(source) ?? ((one) => compiled().test(one)))(text),
    matchAll: (text): readonly Match[] => compiled().matchAll(text),
    first: (text): Match | undefined => compiled().first(text),
    replaceAll: (text, replacement) => compiled().replaceAll(text, replacement),
  };
}

const LITERAL = /^(\^?)((?:[\w/ :,@#~%&=<>"'!-]|\\[-./])*)(\$?)$/;

/** The test of an expression that only lists texts, as those of branches mostly do: `main|^release-1\.30$`. */
function literalTest(source: string): ((text: string) => boolean) | undefined {
  const tests = source.split('|').map((part): ((text: string) => boolean) | undefined => {
    const [, start, escaped, end] = LITERAL.exec(part) ?? [];
    if (escaped === undefined) return undefined;
    const plain = escaped.replaceAll('\\', '');
    if (start && end) return (text) => text === plain;
    if (start) return (text) => text.startsWith(plain);
    return end ? (text) => text.endsWith(plain) : (text) => text.includes(plain);
  });
  const known = tests.filter((one) => one !== undefined);
  return known.length === tests.length ? (text) => known.some((one) => one(text)) : undefined;
}
