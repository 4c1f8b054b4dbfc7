import { isFields } from '../api/object.js';

/** A mount path of a container, and the folder or file of this machine that stands for it. */
export interface Mapping {
  readonly from: string;
  readonly to: string;
  /** Kept only in a root of the container's own: a plain process may write what its user may. */
  readonly access?: 'read';
}

/** Rewrites text; what is no mapped path stays as it is. */
export interface Rewriter {
  /** A text in which paths occur: a command, an argument, a value. */
  text(text: string): string;
  /** The value of a variable; paths inside of JSON are rewritten in its strings. */
  value(text: string): string;
}

const quote = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/**
 * Replaces mount paths by the folders that stand for them, where a path begins and ends at such a place: `/logs` and `/logs/x`,
 * `--dir=/logs`, `a:/logs`, but neither `/logs-2`, `/x/logs` nor `$HOME/logs`. The longest mount wins. This is how containers without
 * a file system of their own see their volumes; a path that a program makes up by itself is out of reach.
 */
export function rewriter(mappings: readonly Mapping[]): Rewriter {
  const targets = new Map(mappings.map(({ from, to }) => [from.replace(/(?<=.)\/+$/, ''), to]));
  const names = [...targets.keys()].filter((from) => from.startsWith('/') && from !== '/').sort((a, b) => b.length - a.length);
  if (names.length === 0) return { text: (text) => text, value: (text) => text };
  const pattern = new RegExp(`(?<![A-Za-z0-9_.~/})-])(${names.map(quote).join('|')})(?=$|[^A-Za-z0-9_.-])`, 'g');
  const text = (input: string): string => input.replace(pattern, (whole, from: string) => targets.get(from) ?? whole);
  const deep = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value);
    if (Array.isArray(value)) return value.map(deep);
    return isFields(value) ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, deep(inner)])) : value;
  };
  return {
    text,
    value(input) {
      if (!/^\s*[{[]/.test(input)) return text(input);
      try {
        const before: unknown = JSON.parse(input);
        const after = JSON.stringify(deep(before));
        // Untouched text keeps its own form: spaces, large numbers.
        return after === JSON.stringify(before) ? input : after;
      } catch {
        return text(input);
      }
    },
  };
}
