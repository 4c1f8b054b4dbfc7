/*
 * Reads JUnit files, which come from whoever wrote the test: by one walk over the text that knows elements, attributes, text and CDATA. There
 * are no entities but XML's own five and numbers, no document types, and nothing is fetched; broken XML gives what was read until there.
 */

export interface TestCase {
  readonly suite: string;
  readonly name: string;
  readonly result: 'passed' | 'failed' | 'skipped';
  /** Seconds; undefined where the file does not say. */
  readonly seconds: number | undefined;
  /** Message and text of the failures and errors. */
  readonly text: string;
}

export interface JUnit {
  readonly cases: readonly TestCase[];
  /** What is wrong with the file, for people; undefined when all could be read. */
  readonly problem: string | undefined;
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decoded(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|([a-z]{2,4}));/g, (whole, decimal?: string, hex?: string, name?: string) => {
    const code = decimal !== undefined ? Number(decimal) : hex !== undefined ? Number.parseInt(hex, 16) : undefined;
    if (code !== undefined) return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    return NAMED[name ?? ''] ?? whole;
  });
}

type Token = Readonly<{ kind: 'open' | 'empty'; name: string; attributes: ReadonlyMap<string, string> } | { kind: 'close'; name: string } | { kind: 'text'; text: string } | { kind: 'broken'; at: number }>;

const TAG = /<(\/?)([A-Za-z_][\w.:-]*)((?:[^<>"']|"[^"]*"|'[^']*')*?)(\/?)>/y;
const ATTRIBUTE = /([A-Za-z_][\w.:-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

function* tokens(xml: string): Generator<Token, void> {
  let at = 0;
  while (at < xml.length) {
    const next = xml.indexOf('<', at);
    const end = next < 0 ? xml.length : next;
    if (end > at) yield { kind: 'text', text: decoded(xml.slice(at, end)) };
    if (next < 0) return;
    at = next;
    const skip = xml.startsWith('<!--', at) ? '-->' : xml.startsWith('<?', at) ? '?>' : undefined;
    const cdata = xml.startsWith('<![CDATA[', at);
    if (skip !== undefined || cdata) {
      const close = cdata ? ']]>' : skip ?? '';
      const stop = xml.indexOf(close, at);
      if (stop < 0) { yield { kind: 'broken', at }; return; }
      if (cdata) yield { kind: 'text', text: xml.slice(at + 9, stop) };
      at = stop + close.length;
      continue;
    }
    TAG.lastIndex = at;
    const tag = TAG.exec(xml);
    if (!tag) { yield { kind: 'broken', at }; return; }
    const [whole, slash, name = '', inside = '', empty] = tag;
    at += whole.length;
    if (slash) yield { kind: 'close', name };
    else yield { kind: empty ? 'empty' : 'open', name, attributes: new Map([...inside.matchAll(ATTRIBUTE)].map(([, key = '', double, single]) => [key, decoded(double ?? single ?? '')])) };
  }
}

interface Open { name: string; suite: string; seconds: number | undefined; result: TestCase['result']; texts: string[] }

/** The test cases of a file. Never throws. */
export function readJUnit(xml: string): JUnit {
  const cases: TestCase[] = [];
  const suites: string[] = [];
  let test: Open | undefined;
  let said: string[] | undefined;
  let problem: string | undefined;
  const finish = (): void => {
    if (test) cases.push({ suite: test.suite, name: test.name, result: test.result, seconds: test.seconds, text: test.texts.filter((one) => one !== '').join('\n') });
    test = undefined;
    said = undefined;
  };
  let any = false;
  for (const token of tokens(xml.replace(/^\ufeff/, ''))) {
    if (token.kind === 'broken') {
      problem = xml.startsWith('<!', token.at) ? 'document types are not read' : `not XML at line ${xml.slice(0, token.at).split('\n').length}`;
      break;
    }
    if (token.kind === 'text') { if (said) said.push(token.text); continue; }
    if (token.kind === 'close') {
      if (token.name === 'testcase') finish();
      else if (token.name === 'testsuite') suites.pop();
      else if ((token.name === 'failure' || token.name === 'error') && test && said) { test.texts.push(said.join('').trim()); said = undefined; }
      continue;
    }
    any = true;
    const { name, attributes } = token;
    if (name === 'testsuite' && token.kind === 'open') suites.push(attributes.get('name') ?? '');
    else if (name === 'testcase') {
      finish();
      const seconds = Number(attributes.get('time') ?? Number.NaN);
      test = { name: attributes.get('name') ?? '', suite: attributes.get('classname') || suites.at(-1) || '', seconds: Number.isFinite(seconds) ? seconds : undefined, result: 'passed', texts: [] };
      if (token.kind === 'empty') finish();
    } else if (test && (name === 'failure' || name === 'error')) {
      test.result = 'failed';
      test.texts.push((attributes.get('message') ?? '').trim());
      said = token.kind === 'open' ? [] : undefined;
    } else if (test && name === 'skipped' && test.result === 'passed') test.result = 'skipped';
  }
  finish();
  return { cases, problem: problem ?? (any ? undefined : 'not XML') };
}
