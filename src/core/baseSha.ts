/** Marks before the base commit at the end of a status description or a check's title; the second is upstream's older one. */
const MARK = / BaseSHA:| Basesha:/;

/**
 * The base commit that a status description or a check's title ends in; undefined where there is none, or more than one mark
 * (tide 6.2, jobs 10.2). 40 characters, or the 64 of a SHA-256 repository.
 */
export function baseShaIn(text: string): string | undefined {
  const parts = text.split(MARK);
  const sha = parts[1] ?? '';
  return parts.length === 2 && [40, 64].includes(Buffer.byteLength(sha)) ? sha : undefined;
}
