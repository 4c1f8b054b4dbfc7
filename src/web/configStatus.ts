/** Which configuration is in force. */
export interface ConfigStatus {
  /** `files`, or `org/repo@branch`. */
  readonly source: string;
  /** A commit of that repository, or a hash of the files' content. */
  readonly revision: string;
  /** Milliseconds since the epoch at which it came into force. */
  readonly since: number;
  /** Why something newer is not in force, a fault a line with its place. */
  readonly problem: string | undefined;
  /** Why it cannot be said whether there is something newer. */
  readonly remark: string | undefined;
}

/** Lines of a problem that are shown; the log has all. */
const SHOWN_LINES = 12;

/** A problem as pages and probes show it. */
export function shownProblem(problem: string): string {
  const lines = problem.split('\n');
  return lines.length <= SHOWN_LINES ? problem : [...lines.slice(0, SHOWN_LINES), `and ${lines.length - SHOWN_LINES} more; the log has all`].join('\n');
}
