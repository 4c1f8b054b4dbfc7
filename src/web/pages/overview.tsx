import { shownName } from '../../core/external.js';
import type { EventSummary, PluginOutcome } from '../../core/ports/events.js';
import type { MergeRecord, PoolView } from '../../core/ports/tide.js';
import type { ConfigStatus } from '../configStatus.js';
import { ago } from '../time.js';
import { PoolCard } from './tide.js';

/** What the front page shows, read together. */
export interface Overview {
  readonly now: number;
  /** Milliseconds since the epoch and base address of the pages that people see at GitHub. */
  readonly linkUrl: string;
  readonly problems: readonly string[];
  readonly config?: ConfigStatus | undefined;
  readonly pools: readonly PoolView[];
  readonly merges: readonly MergeRecord[];
  readonly events: readonly EventSummary[];
}

const STATE_TONE = { handled: 'good', waiting: 'busy', dead: 'bad' } as const;
const OUTCOME_TONE = { done: '', failed: 'bad', waiting: 'busy', retrying: 'busy', dead: 'bad' } as const;

function Outcome({ outcome }: { outcome: PluginOutcome }) {
  if (outcome.state === 'done' && outcome.actions.length === 0) return null;
  const text = outcome.state === 'done' ? outcome.actions.join(', ') : (outcome.error ?? outcome.state);
  return (
    <div>
      <span class={`chip ${OUTCOME_TONE[outcome.state]}`}>{shownName(outcome.plugin)}</span> {text}
    </div>
  );
}

function EventRow({ event, now }: { event: EventSummary; now: number }) {
  return (
    <tr>
      <td class="time">{ago(event.at, now)} ago</td>
      <td>
        {event.event}
        {event.action === undefined ? '' : ` ${event.action}`}
      </td>
      <td>
        <code title={event.lane}>{event.lane.replace(/:([0-9a-f]{8})[0-9a-f]{32}$/, ':$1')}</code>
      </td>
      <td>
        <span class={`chip ${STATE_TONE[event.state]}`}>{event.state}</span>
        {event.via === 'recovered' ? <span class="chip">recovered</span> : null}
      </td>
      <td>{event.plugins.map((outcome) => <Outcome outcome={outcome} />)}</td>
    </tr>
  );
}

function MergeRow({ merge, now, linkUrl }: { merge: MergeRecord; now: number; linkUrl: string }) {
  const repo = `${merge.org}/${merge.repo}`;
  return (
    <tr>
      <td class="time">{ago(merge.mergedAt, now)} ago</td>
      <td>
        <a href={`${linkUrl}/${repo}/pull/${merge.number}`}>
          {repo}#{merge.number}
        </a>{' '}
        into {merge.branch}
      </td>
      <td>
        <code>{merge.mergeSha.slice(0, 12)}</code> ({merge.method})
      </td>
      <td>{merge.readyAt === undefined ? '' : `${Math.max(0, (merge.mergedAt - merge.readyAt) / 1_000).toFixed(1)} s after it was ready`}</td>
    </tr>
  );
}

/** Which configuration is in force; a commit by its whole name. */
function ConfigLine({ config: { source, revision, since }, now }: { config: ConfigStatus; now: number }) {
  return (
    <p class="why">
      Configuration of {source} at <code>{source === 'files' ? revision.slice(0, 12) : revision}</code>, in force for {ago(since, now)}
    </p>
  );
}

/** The parts of the front page that change; served whole with the page and again whenever there is news. */
export function LiveParts({ now, linkUrl, problems, config, pools, merges, events }: Overview) {
  // A push makes a pool known of every branch; those that nothing waits or has waited for are no news.
  const used = pools.filter((pool) => pool.pulls.length > 0 || pool.error !== undefined || merges.some(({ org, repo, branch }) => org === pool.org && repo === pool.repo && branch === pool.branch));
  const sorted = [...used].sort((a, b) => `${a.org}/${a.repo}@${a.branch}`.localeCompare(`${b.org}/${b.repo}@${b.branch}`));
  return (
    <>
      {problems.map((problem) => (
        <p class="note" role="alert">
          {problem}
        </p>
      ))}
      <h2>Merge pools</h2>
      {sorted.length === 0 ? <p class="empty">No pull request waits to merge. A branch shows here once a Tide query covers one of its pull requests.</p> : <div class="pools">{sorted.map((pool) => <PoolCard pool={pool} now={now} />)}</div>}
      <h2>Merged</h2>
      {merges.length === 0 ? (
        <p class="empty">Nothing has been merged yet.</p>
      ) : (
        <div class="scroll">
          <table>
            <tbody>{merges.map((merge) => <MergeRow merge={merge} now={now} linkUrl={linkUrl} />)}</tbody>
          </table>
        </div>
      )}
      <h2>Recent events</h2>
      {events.length === 0 ? (
        <p class="empty">No event has arrived yet.</p>
      ) : (
        <div class="scroll">
          <table>
            <thead>
              <tr>
                <th>When</th>
                <th>Event</th>
                <th>About</th>
                <th>State</th>
                <th>What was done</th>
              </tr>
            </thead>
            <tbody>{events.map((event) => <EventRow event={event} now={now} />)}</tbody>
          </table>
        </div>
      )}
      {config === undefined ? null : <ConfigLine config={config} now={now} />}
    </>
  );
}
