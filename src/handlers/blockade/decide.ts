import { pattern } from '../../core/re2.js';

/** One guard of paths, as the configuration has it for a branch. */
export interface Guard {
  readonly block: readonly string[];
  readonly except: readonly string[];
  readonly explanation: string;
}

/** Blocked files of one explanation. */
export interface Blocked {
  /** Empty: nobody said why. */
  readonly explanation: string;
  readonly paths: readonly string[];
}

/** A file of a pull request; one that was moved away is about its former path as well. */
type Touched = Readonly<{ path: string; previousPath: string | undefined }>;

/**
 * The files that may not be touched, by explanation (plugins-policy 4.13). An exception frees a file from its own guard only; a file that two
 * guards block is listed with both.
 */
export function blockedFiles(files: readonly Touched[], guards: readonly Guard[]): readonly Blocked[] {
  const found = new Map<string, Set<string>>();
  for (const { block, except, explanation } of guards) {
    const guarded = (path: string) => block.some((one) => pattern(one).test(path)) && !except.some((one) => pattern(one).test(path));
    for (const { path, previousPath } of files) {
      if (!guarded(path) && !(previousPath !== undefined && guarded(previousPath))) continue;
      const paths = found.get(explanation) ?? new Set();
      found.set(explanation, paths.add(path));
    }
  }
  return [...found].map(([explanation, paths]) => ({ explanation, paths: [...paths].sort() }));
}
