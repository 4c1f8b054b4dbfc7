import { ESCAPES, saysFailure } from '../../core/failing.js';

const AROUND = 3;
const MAX_LINES = 40;
const MAX_LINE = 400;

/** The lines of a log's end that say what failed, or its last lines; without colours. Empty for an empty log. */
export function failingLines(log: string): readonly string[] {
  const lines = log.replace(/\r\n?/g, '\n').replace(/\n+$/, '').split('\n').map(plain);
  if (lines.length === 1 && lines[0] === '') return [];
  const marked = lines.flatMap((line, n) => (saysFailure(line) ? [n] : []));
  if (marked.length === 0) return lines.slice(-MAX_LINES / 2).map(cut);
  // The last failures tell most: they are gathered from the end.
  const shown = new Set<number>();
  for (const n of marked.toReversed()) {
    const block = Array.from({ length: 2 * AROUND + 1 }, (_, k) => n - AROUND + k).filter((at) => at >= 0 && at < lines.length && !shown.has(at));
    if (shown.size + block.length > MAX_LINES) break;
    for (const at of block) shown.add(at);
  }
  const out: string[] = [];
  let before: number | undefined;
  for (const n of [...shown].sort((a, b) => a - b)) {
    if (before !== undefined && n > before + 1) out.push('…');
    out.push(cut(lines[n] ?? ''));
    before = n;
  }
  return out;
}

const plain = (line: string): string => line.replace(ESCAPES, '');
const cut = (line: string): string => (line.length > MAX_LINE ? `${line.slice(0, MAX_LINE)}…` : line);

/** Lines as a block of Markdown that nothing in them can end. */
export function codeBlock(lines: readonly string[]): string {
  if (lines.length === 0) return '';
  const ticks = Math.max(2, ...lines.map((line) => Math.max(0, ...(line.match(/`+/g) ?? []).map(({ length }) => length))));
  const fence = '`'.repeat(ticks + 1);
  return [`${fence}text`, ...lines, fence].join('\n');
}
