/** What a stretch of text looks like, as classes of the style sheet and a colour of its own. */
export interface Style {
  readonly fg: string;
  readonly bg: string;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
}

export const PLAIN: Style = { fg: '', bg: '', bold: false, dim: false, italic: false, underline: false };

const ESCAPE: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** A text as HTML shows it. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ESCAPE[char] ?? char);
}

// A sequence that sets a style, one that does something else, the title of a window, or a control character.
const SEQUENCE = /\u001b\[([0-9;:]*)m|\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[@-Z\\-_]?|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

/** One of the 256 colours: 0–15 are the palette's, by number; the rest `#rrggbb`. */
function colour256(n: number): string {
  if (n < 16) return String(n);
  const hex = (value: number): string => value.toString(16).padStart(2, '0');
  if (n >= 232) return `#${hex(8 + (n - 232) * 10).repeat(3)}`;
  const level = (value: number): string => hex(value === 0 ? 0 : 55 + value * 40);
  return `#${level(Math.floor((n - 16) / 36))}${level(Math.floor((n - 16) / 6) % 6)}${level((n - 16) % 6)}`;
}

/** The colour after a 38 or 48, and how many codes it took; undefined for what is not one. */
function longColour(codes: readonly number[]): Readonly<{ colour: string; used: number }> | undefined {
  const [kind, a = -1, b = -1, c = -1] = codes;
  const byte = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= 255;
  if (kind === 5 && byte(a)) return { colour: colour256(a), used: 2 };
  if (kind === 2 && byte(a) && byte(b) && byte(c)) return { colour: `#${[a, b, c].map((value) => value.toString(16).padStart(2, '0')).join('')}`, used: 4 };
  return undefined;
}

/** The style after a sequence; codes of no meaning here change nothing. */
function styled(style: Style, text: string): Style {
  let now = style;
  const codes = text === '' ? [0] : text.split(/[;:]/).map(Number);
  for (let n = 0; n < codes.length; n++) {
    const code = codes[n] ?? 0;
    if (code === 0) now = PLAIN;
    else if (code === 1) now = { ...now, bold: true };
    else if (code === 2) now = { ...now, dim: true };
    else if (code === 3) now = { ...now, italic: true };
    else if (code === 4) now = { ...now, underline: true };
    else if (code === 22) now = { ...now, bold: false, dim: false };
    else if (code === 23) now = { ...now, italic: false };
    else if (code === 24) now = { ...now, underline: false };
    else if (code >= 30 && code <= 37) now = { ...now, fg: String(code - 30) };
    else if (code >= 90 && code <= 97) now = { ...now, fg: String(code - 82) };
    else if (code === 39) now = { ...now, fg: '' };
    else if (code >= 40 && code <= 47) now = { ...now, bg: String(code - 40) };
    else if (code >= 100 && code <= 107) now = { ...now, bg: String(code - 92) };
    else if (code === 49) now = { ...now, bg: '' };
    else if (code === 38 || code === 48) {
      const found = longColour(codes.slice(n + 1));
      if (!found) return now;
      now = code === 38 ? { ...now, fg: found.colour } : { ...now, bg: found.colour };
      n += found.used;
    }
  }
  return now;
}

function span(text: string, style: Style): string {
  if (text === '') return '';
  if (style === PLAIN) return escapeHtml(text);
  const classes = [
    ...(style.bold ? ['ab'] : []), ...(style.dim ? ['ad'] : []), ...(style.italic ? ['ai'] : []), ...(style.underline ? ['au'] : []),
    ...(/^\d/.test(style.fg) ? [`f${style.fg}`] : []), ...(/^\d/.test(style.bg) ? [`b${style.bg}`] : []),
  ];
  // A colour of its own stands in an attribute of data: the policy of these pages allows no styles in them.
  const own = [...(style.fg.startsWith('#') ? [` data-fg="${style.fg}"`] : []), ...(style.bg.startsWith('#') ? [` data-bg="${style.bg}"`] : [])].join('');
  return classes.length === 0 && own === '' ? escapeHtml(text) : `<span${classes.length > 0 ? ` class="${classes.join(' ')}"` : ''}${own}>${escapeHtml(text)}</span>`;
}

/** A line of a terminal as HTML, and the style with which the next one begins. Whatever is not a colour is left out; of what a carriage return wrote over, the last is kept. */
export function ansiLine(line: string, before: Style = PLAIN): Readonly<{ html: string; style: Style }> {
  const body = line.replace(/\r+$/, '');
  const overwritten = body.lastIndexOf('\r');
  let style = before;
  let html = '';
  let at = 0;
  for (const match of body.matchAll(SEQUENCE)) {
    if (match.index >= overwritten + 1) html += span(body.slice(Math.max(at, overwritten + 1), match.index), style);
    if (match[1] !== undefined) style = styled(style, match[1]);
    at = match.index + match[0].length;
  }
  return { html: html + span(body.slice(Math.max(at, overwritten + 1)), style), style };
}
