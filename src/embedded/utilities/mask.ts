/** Bytes from `start` up to, but without, `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Where any of the forms occurs, as ranges that touch no other, in order. Overlaps are found: a secret may begin within another one. */
export function findRanges(bytes: Buffer, forms: readonly Buffer[]): readonly Range[] {
  const found: { start: number; end: number }[] = [];
  for (const form of forms) {
    let last: { start: number; end: number } | undefined;
    for (let at = bytes.indexOf(form); at >= 0; at = bytes.indexOf(form, at + 1)) {
      if (last && at <= last.end) last.end = at + form.length;
      else found.push(last = { start: at, end: at + form.length });
    }
  }
  const merged: { start: number; end: number }[] = [];
  for (const range of found.sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last && range.start <= last.end) last.end = Math.max(last.end, range.end);
    else merged.push({ ...range });
  }
  return merged;
}

const X = 0x58;

/** Text with as many X in the place of every secret. */
export function maskText(text: string, forms: readonly Buffer[]): string {
  const bytes = Buffer.from(text);
  for (const { start, end } of findRanges(bytes, forms)) bytes.fill(X, start, end);
  return bytes.toString();
}

/** Finds secrets in bytes that come in pieces; what lies across pieces is found as well. */
export interface Finder {
  /** Ranges that are known with this piece, counted from the first piece's begin; some may be told twice. */
  push(piece: Buffer): readonly Range[];
}

/** Keeps no more than the longest form and one piece. */
export function createFinder(forms: readonly Buffer[]): Finder {
  const keep = Math.max(1, ...forms.map(({ length }) => length)) - 1;
  let before = Buffer.alloc(0);
  let offset = 0;
  return {
    push(piece) {
      const window = Buffer.concat([before, piece]);
      const ranges = findRanges(window, forms).map(({ start, end }) => ({ start: start + offset, end: end + offset }));
      const cut = Math.max(0, window.length - keep);
      before = Buffer.from(window.subarray(cut));
      offset += cut;
      return ranges;
    },
  };
}

/** The same bytes with every secret masked; `onFound` is called when there is one. Holds back as much as a secret may still reach into. */
export async function* maskStream(pieces: AsyncIterable<Buffer>, forms: readonly Buffer[], onFound: () => void): AsyncGenerator<Buffer, void> {
  const finder = createFinder(forms);
  const keep = Math.max(1, ...forms.map(({ length }) => length)) - 1;
  let held = Buffer.alloc(0);
  let offset = 0;
  for await (const piece of pieces) {
    held = Buffer.concat([held, piece]);
    for (const { start, end } of finder.push(piece)) {
      onFound();
      held.fill(X, Math.max(0, start - offset), end - offset);
    }
    const cut = Math.max(0, held.length - keep);
    if (cut === 0) continue;
    yield held.subarray(0, cut);
    held = Buffer.from(held.subarray(cut));
    offset += cut;
  }
  if (held.length > 0) yield held;
}

/** As many X as there are bytes to hide. */
export const xs = (length: number): Buffer => Buffer.alloc(length, X);
