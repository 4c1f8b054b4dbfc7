import { raw } from 'hono/html';
import type { ShownLine } from '../jobs/liveLogs.js';
import { bytesOf } from '../jobs/words.js';

/** A part of a log as its page shows it. */
export interface ShownLog {
  /** Number (from 0) of the first line; undefined when nobody has counted: then lines carry no numbers. */
  readonly from: number | undefined;
  readonly lines: readonly ShownLine[];
  readonly total: number | undefined;
  /** Bytes of the whole; undefined while it grows. */
  readonly bytes: number | undefined;
  /** Numbers of lines that say a failure, and how many there are in all. */
  readonly failing: readonly number[];
  readonly failures: number;
}

/** Where parts of a log are: pages for everybody, and parts of pages for the island. */
export interface LogLinks {
  /** This page, with a query; `&line=N` leads to a line. */
  readonly page: string;
  readonly part: string;
  readonly raw: string;
  /** News of a log that grows; undefined when it does not. */
  readonly follow: string | undefined;
}

export const WINDOW = 500;
const MOST_HITS = 40;

/** Lines, numbered from 1, each with a place of its own. The HTML of a line is made by `ansiLine`, which escapes. */
export function LogLines({ from, lines }: { from: number | undefined; lines: readonly ShownLine[] }) {
  return (
    <>
      {lines.map(({ html, failing }, n) => {
        const number = from === undefined ? undefined : from + n + 1;
        return <div class={failing ? 'l hit' : 'l'} id={number === undefined ? undefined : `L${number}`}>{number === undefined ? <a></a> : <a href={`#L${number}`}>{number}</a>}<span>{raw(html)}</span></div>;
      })}
    </>
  );
}

/** The log of a run: a part of it, and the ways to the rest. */
export function LogSection({ log, links, containers, container, problem }: { log: ShownLog | undefined; links: LogLinks; containers: readonly string[]; container: string; problem: string | undefined }) {
  const first = log?.from;
  const end = first === undefined || !log ? undefined : first + log.lines.length;
  return (
    <section>
      <h2 id="log">Log</h2>
      {containers.length < 2 ? null : <div class="bar">{containers.map((name) => <a class="chip" href={`${links.page.replace(/&container=[^&]*/, '')}&container=${encodeURIComponent(name)}#log`} aria-current={name === container ? 'true' : undefined}>{name}</a>)}</div>}
      {problem === undefined ? null : <p class="note">{problem} <a href={links.raw}>Raw log</a></p>}
      {log ? (
        <div class="logbar">
          <span data-follow-note>{links.follow !== undefined ? 'the log so far' : end === undefined ? `the last ${log.lines.length} lines; the others are being counted` : log.total === 0 ? 'empty' : `lines ${(first ?? 0) + 1}–${end} of ${log.total ?? end}`}</span>
          {log.bytes === undefined ? null : <span>{bytesOf(log.bytes)}</span>}
          <a href={links.raw}>Raw log</a>
          {first !== undefined && first > 0 ? <a href={`${links.page}&line=1#L1`}>First line</a> : null}
          {end !== undefined && log.total !== undefined && end < log.total ? <a href={`${links.page}#L${log.total}`}>Last line</a> : null}
        </div>
      ) : null}
      {log && log.failures > 0 ? (
        <nav class="hits" aria-label="Lines that say a failure"><span class="sub">{log.failures} {log.failures === 1 ? 'line says' : 'lines say'} a failure:</span>
          {log.failing.slice(0, MOST_HITS).map((line) => <a href={first !== undefined && end !== undefined && line >= first && line < end ? `#L${line + 1}` : `${links.page}&line=${line + 1}#L${line + 1}`}>{line + 1}</a>)}
          {log.failures > MOST_HITS ? <span class="sub">…</span> : null}
        </nav>
      ) : null}
      {first !== undefined && first > 0 && links.follow === undefined ? <p><a href={`${links.page}&line=${Math.max(1, first - WINDOW + 1)}`} data-where="before" data-more={`${links.part}&where=before&from=${Math.max(0, first - WINDOW)}&to=${first}`}>Earlier lines</a></p> : null}
      {log === undefined && links.follow === undefined ? null : (
        <div class="log" data-window={links.page} data-follow={links.follow}>
          {log && log.lines.length > 0 ? <LogLines from={first} lines={log.lines} /> : <div class="none">{links.follow === undefined ? 'The log is empty.' : 'Nothing has been written yet.'}</div>}
        </div>
      )}
      {end !== undefined && log?.total !== undefined && end < log.total ? <p><a href={`${links.page}&line=${end + 1}`} data-where="after" data-more={`${links.part}&where=after&from=${end}&to=${end + WINDOW}`}>Later lines</a></p> : null}
    </section>
  );
}
