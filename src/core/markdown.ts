/** The text of a comment as people read it, where commands count. */

const FENCE = /^ {0,3}(`{3,}|~{3,})([^\n]*)/;
const CLOSING = /^ {0,3}(`{3,}|~{3,})[ \t]*$/;

const lineEndOf = (text: string, at: number): number => {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
};

/** Finds where fenced blocks end; remembers what has no end, so that a long comment is read once. */
function fences(text: string): (at: number) => number | undefined {
  const endless = new Map<string, number>();
  return (at) => {
    const [, marks = '', info = ''] = FENCE.exec(text.slice(at, lineEndOf(text, at))) ?? [];
    const mark = marks.slice(0, 1);
    if (marks === '' || (mark === '`' && info.includes('`')) || marks.length >= (endless.get(mark) ?? Infinity)) return undefined;
    for (let from = lineEndOf(text, at) + 1; from <= text.length;) {
      const end = lineEndOf(text, from);
      if ((CLOSING.exec(text.slice(from, end))?.[1] ?? '').startsWith(marks)) return end;
      from = end + 1;
    }
    endless.set(mark, marks.length);
    return undefined;
  };
}

const lineEnds = (text: string): string => '\n'.repeat(text.split('\n').length - 1);

/**
 * A comment without fenced code and HTML comments, in which quoted commands and those of templates do not count (plugins-policy 1.15,
 * K6). Lines stay lines: what is taken out leaves empty ones, and a hidden comment leaves a space, so that nothing behind it moves to the
 * start of its line. A fence or an HTML comment without an end is text. Line ends become LF: browsers send CRLF.
 */
export function commandText(body: string): string {
  const text = body.replaceAll('\r\n', '\n');
  const fenceEnd = fences(text);
  let kept = '';
  let at = 0;
  let atLineStart = true;
  let hiddenAt = text.indexOf('<!--');
  while (at < text.length) {
    const fenced = atLineStart ? fenceEnd(at) : undefined;
    if (fenced !== undefined) {
      kept += lineEnds(text.slice(at, fenced));
      at = fenced;
      atLineStart = false;
      continue;
    }
    if (hiddenAt >= 0 && hiddenAt < at) hiddenAt = text.indexOf('<!--', at);
    const end = lineEndOf(text, at);
    if (hiddenAt >= 0 && hiddenAt < end) {
      const close = text.indexOf('-->', hiddenAt + '<!--'.length);
      if (close >= 0) {
        kept += `${text.slice(at, hiddenAt)}${lineEnds(text.slice(hiddenAt, close))} `;
        at = close + '-->'.length;
        atLineStart = false;
        continue;
      }
      hiddenAt = -1;
    }
    kept += text.slice(at, end + 1);
    at = end + 1;
    atLineStart = true;
  }
  return kept;
}
