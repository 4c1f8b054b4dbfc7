import { Hono, type Context } from 'hono';
import { html } from 'hono/html';
import { answerFor, findAnswer, type Found } from '../core/answer.js';
import { answerJson } from '../core/answerJson.js';
import { issueKey } from '../core/ids.js';
import type { Clock } from '../core/ports/clock.js';
import type { TideViews } from '../core/ports/tide.js';
import { AnswerView } from './pages/answer.js';
import { Layout, type Frame } from './pages/layout.js';
import { Found as FoundList, SearchForm } from './pages/pull.js';
import { Pools, TidePage, shownPools, type ShownQueries, type TideShown } from './pages/tide.js';
import { pullQuestion, searchPulls, type PullQuestion } from './pullSearch.js';

export interface TidePagesDeps {
  /** What pages may show. */
  readonly tide: Pick<TideViews, 'pools' | 'merges'>;
  /** What may merge. */
  readonly queries: () => ShownQueries;
  /** Whether there are pages about jobs. */
  readonly jobs: boolean;
  readonly linkUrl: () => string;
  readonly clock: Clock;
}

const NO_STORE = { 'Cache-Control': 'no-store' };
/** More are not shown at once. */
const MOST = 50;

/** What there is to show about a question: one pull request, or several. */
type Shown = Readonly<{ kind: 'one'; found: Found } | { kind: 'many'; found: ReturnType<typeof searchPulls> }>;

/** The pages about merging: `/tide`, `/pr`, and `/pr.js` for programs. */
export function tideRoutes({ tide, queries, jobs, linkUrl, clock }: TidePagesDeps, listener: Pick<Frame, 'adminUrl' | 'pages'>): Hono {
  const app = new Hono();
  const question = (c: Context): PullQuestion => pullQuestion((name) => c.req.query(name));
  const search = (c: Context): string => new URL(c.req.url).search;

  const pools = async (c: Context): Promise<TideShown> => {
    const all = await tide.pools();
    const narrow = { repo: c.req.query('repo') || undefined, branch: c.req.query('branch') || undefined };
    return { pools: shownPools(all, narrow), repos: [...new Set(all.map(({ org, repo }) => `${org}/${repo}`))], ...narrow, queries: queries(), now: clock.now(), linkUrl: linkUrl() };
  };
  app.get('/tide', async (c) => {
    const page = <Layout title="Merge pools · Prow" current="/tide" {...listener}><TidePage {...await pools(c)} part={`/parts/tide${search(c)}`} /></Layout>;
    return c.html(html`<!doctype html>${page}`, 200, NO_STORE);
  });
  app.get('/parts/tide', async (c) => c.html(<Pools {...await pools(c)} />, 200, NO_STORE));

  const look = async (asked: PullQuestion): Promise<Shown> => {
    if (asked.kind === 'one') return { kind: 'one', found: await findAnswer(asked.issue, tide) };
    const found = searchPulls(asked.text, await tide.pools());
    const [only, ...more] = found;
    return only && more.length === 0 && asked.text !== '' ? { kind: 'one', found: answerFor(only.pool, only.pull) } : { kind: 'many', found };
  };
  const part = (shown: Shown) => (shown.kind === 'one' ? <AnswerView found={shown.found} now={clock.now()} linkUrl={linkUrl()} jobs={jobs} /> : <FoundList found={shown.found.slice(0, MOST)} more={Math.max(0, shown.found.length - MOST)} now={clock.now()} />);
  app.get('/pr', async (c) => {
    const asked = question(c);
    const shown = await look(asked);
    const title = asked.kind === 'one' ? issueKey(asked.issue) : 'Pull requests';
    const page = (
      <Layout title={`${title} · Prow`} current="/pr" {...listener}>
        <SearchForm text={asked.kind === 'one' ? `repo:${asked.issue.org}/${asked.issue.name} #${asked.issue.number}` : asked.text} />
        <div data-live={`/parts/pr${search(c)}`}>{part(shown)}</div>
      </Layout>
    );
    return c.html(html`<!doctype html>${page}`, shown.kind === 'one' && shown.found.kind === 'unknown' ? 404 : 200, NO_STORE);
  });
  app.get('/parts/pr', async (c) => c.html(part(await look(question(c))), 200, NO_STORE));
  app.get('/pr.js', async (c) => {
    const asked = question(c);
    if (asked.kind !== 'one') return c.json({ error: 'org, repo and number are needed' }, 400);
    const found = await findAnswer(asked.issue, tide);
    return c.json(answerJson(found), found.kind === 'unknown' ? 404 : 200, NO_STORE);
  });
  return app;
}
