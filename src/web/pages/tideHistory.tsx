import type { History, HistoryRecord } from '../../core/ports/tide.js';
import { ago } from '../time.js';
import { Layout } from './layout.js';

/** As many as upstream's page shows (tide 19.2). */
const SHOWN = 500;

/** What the page is narrowed to, by the names of upstream's filters: `repo`, `branch`, `action`. */
export type HistoryFilter = Readonly<Record<string, string>>;

interface Entry {
  readonly repo: string;
  readonly branch: string;
  readonly record: HistoryRecord;
}

/** The newest records of all pools that a filter lets through. The name of a pool may begin with `https://`, as Gerrit names repositories. */
export function historyEntries(history: History, filter: HistoryFilter): readonly Entry[] {
  const entries = [...history].flatMap(([pool, records]) => {
    const [, repo = pool, branch = ''] = /^((?:https?:\/\/)?[^:]*):(.*)$/.exec(pool) ?? [];
    return records.map((record) => ({ repo, branch, record }));
  });
  const wanted = ({ repo, branch, record }: Entry) => [[filter['repo'], repo], [filter['branch'], branch], [filter['action'], record.action]].every(([want, have]) => !want || want === have);
  return entries.filter(wanted).sort((a, b) => Date.parse(b.record.time) - Date.parse(a.record.time)).slice(0, SHOWN);
}

const WORDS = { TRIGGER: 'tested', TRIGGER_BATCH: 'tested together', MERGE: 'merged', MERGE_BATCH: 'merged together' } as const;

function Row({ entry: { repo, branch, record }, now, linkUrl }: Readonly<{ entry: Entry; now: number; linkUrl: string }>) {
  const tone = record.err !== undefined ? 'bad' : record.action.startsWith('MERGE') ? 'good' : 'busy';
  return (
    <tr>
      <td class="time"><time datetime={record.time} title={record.time}>{ago(Date.parse(record.time), now)} ago</time></td>
      <td>{repo} <span class="chip">{branch}</span></td>
      <td><span class={`chip ${tone}`}>{record.err === undefined ? WORDS[record.action] : `${WORDS[record.action]}: failed`}</span></td>
      <td>
        {(record.target ?? []).map(({ number, title, author }) => (
          <div><a href={`${linkUrl}/${repo}/pull/${number}`}>#{number}</a> {title}{author === '' ? '' : ` (${author})`}</div>
        ))}
        {record.err === undefined ? null : <p class="note">{record.err}</p>}
      </td>
      <td>{(record.baseSHA ?? '').slice(0, 7)}</td>
    </tr>
  );
}

/** `/tide-history`: what Tide tested and merged, newest first. */
export function TideHistoryPage({ history, filter, now, linkUrl, adminUrl, pages }: Readonly<{ history: History; filter: HistoryFilter; now: number; linkUrl: string; adminUrl: string | undefined; pages: readonly string[] }>) {
  const entries = historyEntries(history, filter);
  return (
    <Layout title="Merge history" current="/tide-history" adminUrl={adminUrl} pages={pages}>
      <h2>Merge history</h2>
      {entries.length === 0 ? <p class="empty">Nothing was tested or merged here.</p> : (
        <table>
          <thead><tr><th>When</th><th>Branch</th><th>What</th><th>Pull requests</th><th>Base</th></tr></thead>
          <tbody>{entries.map((entry) => <Row entry={entry} now={now} linkUrl={linkUrl} />)}</tbody>
        </table>
      )}
    </Layout>
  );
}
