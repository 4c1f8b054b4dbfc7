import { answerFor, linkable, mergedText, placeText, sinceText, standing, unknownText, whenText, type Answer, type Found } from '../../core/answer.js';
import type { PoolPull, PoolView, Reason } from '../../core/ports/tide.js';
import { pullPath } from '../pullSearch.js';
import { ago } from '../time.js';

const PULL_CHIP = { merging: ['good', 'merging'], ready: ['good', 'ready'], pending: ['busy', 'checks running'], waiting: ['', 'waiting'] } as const;

/** How a reason looks: never by colour alone. */
const LOOKS: Readonly<Partial<Record<Reason['kind'], Readonly<{ tone: string; icon: string }>>>> = {
  context_failing: { tone: 'bad', icon: '✗' }, conflict: { tone: 'bad', icon: '✗' }, refused: { tone: 'bad', icon: '!' }, changes_requested: { tone: 'bad', icon: '✗' }, blocker: { tone: 'bad', icon: '!' },
  label_forbidden: { tone: 'bad', icon: '✗' }, context_pending: { tone: 'busy', icon: '◐' }, queue: { tone: 'busy', icon: '⋯' }, batch: { tone: 'busy', icon: '◐' }, behind: { tone: 'busy', icon: '↻' },
};
const PLAIN = { tone: '', icon: '•' };

/** Names of checks stand between back quotes. */
function Words({ text }: { text: string }) {
  return <>{text.split('`').map((part, n) => (n % 2 === 1 ? <code>{part}</code> : part))}</>;
}

/** Whether a pull request is merging, ready or waits. */
export function PullChip({ state }: Pick<PoolPull, 'state'>) {
  const [tone, word] = PULL_CHIP[state];
  return <span class={`chip ${tone}`}>{word}</span>;
}

/** All that keeps a pull request from merging, each with who or what clears it. */
export function Reasons({ reasons, now }: { reasons: readonly Reason[]; now: number }) {
  if (reasons.length === 0) return null;
  return (
    <ol class="reasons">
      {reasons.map(({ kind, text, clearedBy, since, url }) => {
        const { tone, icon } = LOOKS[kind] ?? PLAIN;
        const link = linkable(url);
        const lines = text.replace(/\s*\n\s*/g, '\n');
        return (
          <li class={tone}>
            <i aria-hidden="true">{icon}</i>
            <div>
              <p>{link === undefined ? lines : <a href={link}>{lines}</a>}</p>
              <p class="why">Cleared by <Words text={clearedBy} />{since === undefined ? '' : ` (for ${sinceText(since, now)})`}</p>
            </div>
          </li>
        );
      })}
    </ol>
  );
}

/** Place in line and when it will merge. */
export function When({ answer, now }: { answer: Pick<Answer, 'queue' | 'reasons' | 'merge'>; now: number }) {
  const said = [placeText(answer), whenText(answer.merge, now)].filter((one) => one !== undefined);
  return said.length === 0 ? null : <p class="when">{said.join(' ')}</p>;
}

/** A pull request among others. */
export function PullRow({ pool, pull, now }: { pool: PoolView; pull: PoolPull; now: number }) {
  const { org, repo: name } = pool;
  return (
    <li id={`pr-${pull.number}`}>
      <div class="head"><span><a href={pull.url}>#{pull.number}</a> {pull.title}</span> <span class="end"><PullChip state={pull.state} /> <a class="sub" href={pullPath({ org, name, number: pull.number })} aria-label={`Why and when #${pull.number}`}>why?</a></span></div>
      <Reasons reasons={pull.reasons} now={now} />
      <When answer={answerFor(pool, pull)} now={now} />
    </li>
  );
}

/** The whole answer about one pull request. `jobs`: whether there are pages about jobs. */
export function AnswerView({ found, now, linkUrl, jobs }: { found: Found; now: number; linkUrl: string; jobs: boolean }) {
  if (found.kind === 'unknown') return <p class="empty">{unknownText(found)}</p>;
  const { org, name, number } = found.issue;
  const json = `/pr.js?${new URLSearchParams({ org, repo: name, number: String(number) }).toString()}`;
  if (found.kind === 'merged') {
    return (
      <section class="card answer">
        <div class="title"><h2><a href={`${linkUrl}/${org}/${name}/pull/${number}`}>#{number}</a></h2> <span class="chip good">merged</span></div>
        <p class="standing">{mergedText(found)}</p>
      </section>
    );
  }
  const { title, url, author, headSha, branch, baseSha, state, reasons, trouble, at } = found;
  return (
    <section class="card answer" id="answer">
      <div class="title"><h2><a href={url}>#{number}</a> {title}</h2> <PullChip state={state} /></div>
      <p class="sub">{org}/{name} <span class="chip">{branch}</span> by {author}, commit <code>{headSha.slice(0, 7)}</code></p>
      <p class="standing">{standing(found)}</p>
      <Reasons reasons={reasons} now={now} />
      <When answer={found} now={now} />
      {trouble === undefined ? null : <p class="note">At Tide's last look something went wrong: {trouble}</p>}
      <p class="stamp">
        Tide looked {ago(at, now)} ago, at <code>{baseSha.slice(0, 7)}</code>.{' '}
        <a href={`/tide?${new URLSearchParams({ repo: `${org}/${name}`, branch }).toString()}`}>Its pool</a>
        {jobs ? <a href={`/jobs?${new URLSearchParams({ repo: `${org}/${name}`, pull: String(number) }).toString()}`}>Its jobs</a> : null}
        <a href={json}>JSON</a>
      </p>
    </section>
  );
}
