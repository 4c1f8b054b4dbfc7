import { formatPath } from '../findings.js';
import type { Notes, Source } from './source.js';

/** What was noted of a file, if it fits, or what `make` makes. */
export function noted<T>({ notes }: Pick<Source, 'notes'>, name: string, fits: (value: unknown) => value is T, make: () => T): T {
  const known = notes?.get(name);
  if (fits(known)) return known;
  const made = make();
  notes?.set(name, made);
  return made;
}

/** A file with notes; places are noted, too, since each first one costs another parse of the file. */
export function withNotes(source: Source, notes: Notes): Source {
  return {
    file: source.file,
    get value() { return source.value; },
    notes,
    finding(path, message, at = 'value') {
      const [line, column] = noted({ notes }, `${at} ${JSON.stringify(path)}`, isPlace, () => {
        const found = source.finding(path, '', at);
        return [found.line, found.column] as const;
      });
      return { file: source.file, line, column, path: formatPath(path), message };
    },
  };
}

function isPlace(value: unknown): value is readonly [line: number, column: number] {
  return Array.isArray(value) && value.length === 2 && value.every((one) => Number.isInteger(one) && Number(one) > 0);
}
