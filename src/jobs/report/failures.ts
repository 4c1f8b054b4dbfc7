import type { ProwJob } from '../../core/prowjob.js';

/** The last line of a comment about failed jobs, by which it is found again; upstream's, so that both can go on with it. */
export const REPORT_MARKER = '<!-- test report -->';

/** A row of the table of failed jobs. */
export interface FailureRow {
  readonly context: string;
  /** The row as it stands in the table. */
  readonly line: string;
}

export interface FailureReport {
  readonly author: string;
  readonly rows: readonly FailureRow[];
  /** The rendered report template; empty where there is none. */
  readonly footer: string;
}

/** A cell cannot break its row. */
const cell = (text: string): string => text.replace(/\r?\n/g, ' ').replaceAll('|', '\\|');

/** The row of a failed job (jobs 10.2): context, commit, details, whether it is required, how to run it again. */
export function failureRow(job: ProwJob): FailureRow {
  const context = job.spec.context ?? job.spec.job;
  const optional = job.metadata.labels?.['prow.k8s.io/is-optional'];
  const required = optional === 'true' ? 'false' : optional === 'false' ? 'true' : 'unknown';
  const columns = [cell(context), job.spec.refs?.pulls?.[0]?.sha ?? '', `[link](${job.status.url ?? ''})`, required, `\`${cell(job.spec.rerun_command ?? '')}\``];
  return { context: cell(context), line: columns.join(' | ') };
}

/** The rows of former comments, ours or upstream's, oldest comment first; later rows of one context replace earlier ones. */
export function formerRows(bodies: readonly string[]): readonly FailureRow[] {
  const rows = new Map<string, FailureRow>();
  for (const body of bodies) {
    const lines = body.split('\n').map((line) => line.trim());
    const start = lines.findIndex((line) => line.startsWith('---'));
    if (start < 0) continue;
    for (const line of lines.slice(start + 1)) {
      if (line === '') break;
      const context = line.split(/(?<!\\) \| /)[0] ?? '';
      rows.delete(context);
      rows.set(context, { context, line });
    }
  }
  return [...rows.values()];
}

export interface Round {
  /** The jobs that are reported now; all complete. */
  readonly jobs: readonly ProwJob[];
  readonly former: readonly FailureRow[];
}

/** The rows that are left after a round: what failed in it, and what failed before and has not run since. */
export function nextRows({ jobs, former }: Round): Readonly<{ rows: readonly FailureRow[]; fresh: number }> {
  const ran = new Set(jobs.map((job) => cell(job.spec.context ?? job.spec.job)));
  const failed = jobs.filter(({ status }) => status.state === 'failure').map(failureRow);
  return { rows: [...former.filter(({ context }) => !ran.has(context)), ...failed], fresh: failed.length };
}

const HEADER = ['Test name', 'Commit', 'Details', 'Required', 'Rerun command'].join(' | ');
const SEPARATOR = ['---', '---', '---', '---', '---'].join(' | ');
/** GitHub takes 65,536 characters; the rest is for what stands around the table. */
const TABLE_LIMIT = 60_000;

/** The comment; rows that have no room are counted. Without rows it says that all passed. */
export function failureComment({ author, rows, footer }: FailureReport): string {
  const shown: string[] = [];
  let size = 0;
  for (const { line } of rows) {
    size += line.length + 1;
    if (size > TABLE_LIMIT) break;
    shown.push(line);
  }
  const hidden = rows.length - shown.length;
  const head = rows.length === 0 ? `@${author}: all tests **passed!**`
    : `@${author}: ${rows.length === 1 ? 'this test' : 'these tests'} **failed**. Comment \`/retest\` to run all failed tests again, or \`/retest-required\` for the required ones only.`;
  const table = rows.length === 0 ? [] : [HEADER, SEPARATOR, ...shown, '', ...(hidden > 0 ? [`${hidden} more are not shown.`, ''] : [])];
  return [
    head, '', ...table, ...(footer === '' ? [] : [footer, '']),
    '<details>', '', 'Prow reports here what its jobs found. `/help` in a comment lists what it understands.', '</details>', REPORT_MARKER,
  ].join('\n');
}
