/** A Go template cannot be read, or fails while it runs. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}

export type Token = Readonly<{ at: number } & (
  | { kind: 'text' | 'name' | 'field' | 'variable' | 'string' | 'number' | 'char' | 'space'; text: string }
  | { kind: 'open' | 'close' | '(' | ')' | '|' | ':=' | '=' | ',' | '.' }
)>;

const SPACE = /\s/;
const TOKENS: readonly (readonly [Token['kind'], RegExp])[] = [
  ['space', /\s+/y], [':=', /:=/y], ['=', /=/y], ['(', /\(/y], [')', /\)/y], ['|', /\|/y], [',', /,/y],
  ['string', /"(?:[^"\\\n]|\\.)*"|`[^`]*`/y], ['char', /'(?:[^'\\\n]|\\.)+'/y],
  ['number', /[-+]?(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?![\p{L}_])/uy],
  ['variable', /\$[\p{L}\p{N}_]*/uy], ['field', /\.[\p{L}_][\p{L}\p{N}_]*/uy], ['.', /\./y], ['name', /[\p{L}_][\p{L}\p{N}_]*/uy],
];

/** Text and actions of a Go template in order; `{{-` and `-}}` have eaten their spaces, comments are gone. */
export function scan(source: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let trimNext = 'keep' as 'keep' | 'trim';
  for (;;) {
    const open = source.indexOf('{{', at);
    let text = source.slice(at, open < 0 ? undefined : open);
    if (trimNext === 'trim') text = text.replace(/^[ \t\r\n]+/, '');
    const trimBefore = open >= 0 && source[open + 2] === '-' && SPACE.test(source[open + 3] ?? '');
    if (trimBefore) text = withoutEnd(text);
    if (text !== '') tokens.push({ kind: 'text', text, at });
    if (open < 0) return tokens;
    const start = open + (trimBefore ? 4 : 2);
    const end = source.startsWith('/*', start) ? commentEnd(source, start) : action(source, start, tokens);
    trimNext = end.trim;
    at = end.at;
  }
}

/** Without the spaces at the end; an expression would look for the end from each space of the text. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (' \t\r\n'.includes(text[end - 1] ?? 'x')) end--;
  return text.slice(0, end);
}

interface End {
  readonly at: number;
  readonly trim: 'keep' | 'trim';
}

function endAt(source: string, at: number): End | undefined {
  if (source.startsWith('}}', at)) return { at: at + 2, trim: 'keep' };
  const [all] = /^\s+-\}\}/.exec(source.slice(at, at + 64)) ?? [];
  return all === undefined ? undefined : { at: at + all.length, trim: 'trim' };
}

function commentEnd(source: string, start: number): End {
  const close = source.indexOf('*/', start);
  const end = close < 0 ? undefined : endAt(source, close + 2);
  if (!end) throw new TemplateError(`a comment does not end (at ${start})`);
  return end;
}

function action(source: string, start: number, tokens: Token[]): End {
  tokens.push({ kind: 'open', at: start });
  let at = start;
  for (;;) {
    const end = endAt(source, at);
    if (end) {
      tokens.push({ kind: 'close', at });
      return end;
    }
    if (at >= source.length) throw new TemplateError(`an action does not end (at ${start})`);
    const token = tokenAt(source, at);
    if (!token) throw new TemplateError(`unexpected ${JSON.stringify(source[at])} (at ${at})`);
    tokens.push(token.token);
    at = token.end;
  }
}

function tokenAt(source: string, at: number): Readonly<{ token: Token; end: number }> | undefined {
  for (const [kind, form] of TOKENS) {
    form.lastIndex = at;
    const text = form.exec(source)?.[0];
    if (text !== undefined) return { token: { kind, text, at } as Token, end: at + text.length };
  }
  return undefined;
}
