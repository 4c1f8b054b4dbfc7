/** GitHub takes so many bytes of a status description. */
const LIMIT = 140;
const PAD = '\u2001';
const PAD_BYTES = 3;
const bytesOf = (text: string): number => Buffer.byteLength(text);

/**
 * What a commit status says (jobs 10.2): a person's text, then, out of sight, the base commit that was tested, which Tide reads back.
 * 140 bytes at most; a text that is too long loses its middle, never half a character.
 */
export function statusDescription(text: string, baseSha: string | undefined): string {
  const mark = baseSha === undefined || baseSha === '' ? '' : ` BaseSHA:${baseSha}`;
  const human = shortened(text, LIMIT - bytesOf(mark));
  const free = LIMIT - bytesOf(human) - bytesOf(mark);
  // Pushes the mark out of the part that GitHub shows.
  const pad = mark === '' ? '' : PAD.repeat(Math.floor(free / PAD_BYTES));
  return human + pad + mark;
}

const GAP = ' ... ';

/** The text, or its first and last part around a gap where it has more bytes than `limit`. */
export function shortened(text: string, limit: number): string {
  if (bytesOf(text) <= limit) return text;
  const half = Math.max(0, Math.floor((limit - bytesOf(GAP)) / 2));
  return headOf(text, half) + GAP + headOf([...text].reverse().join(''), half, 'reversed');
}

function headOf(text: string, limit: number, order: 'as it is' | 'reversed' = 'as it is'): string {
  const taken: string[] = [];
  let size = 0;
  for (const character of text) {
    size += bytesOf(character);
    if (size > limit) break;
    taken.push(character);
  }
  return (order === 'reversed' ? taken.reverse() : taken).join('');
}
