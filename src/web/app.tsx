import { Hono } from 'hono';
import { html } from 'hono/html';
import { streamSSE } from 'hono/streaming';
import type { Clock } from '../core/ports/clock.js';
import type { EventStore } from '../core/ports/events.js';
import type { Feed } from '../core/ports/feed.js';
import type { Log } from '../core/ports/log.js';
import type { History, TideViews } from '../core/ports/tide.js';
import { findAsset } from './assets.js';
import type { HelpDocument } from '../core/helpDocument.js';
import type { InRepo } from './catalogue.js';
import { catalogueRoutes } from './catalogueRoutes.js';
import type { ConfigStatus } from './configStatus.js';
import { problemsOf, type Check } from './health.js';
import { askRoutes } from './jobs/actRoutes.js';
import { asksForJobs, jobsPage, listRoutes } from './jobs/listRoutes.js';
import { runRoutes } from './jobs/runRoutes.js';
import type { JobPages } from './jobs/shared.js';
import { Layout } from './pages/layout.js';
import { LiveParts, type Overview } from './pages/overview.js';
import { TideHistoryPage } from './pages/tideHistory.js';
import type { ShownQueries } from './pages/tide.js';
import { createProbes } from './probes.js';
import { pageHeaders } from './security.js';
import { tideRoutes } from './tideRoutes.js';

export interface WebDeps {
  readonly webhookPath: string;
  /** Takes webhooks; undefined where this installation takes none. */
  readonly hook: ((request: Request) => Promise<Response>) | undefined;
  readonly events: Pick<EventStore, 'recent'>;
  readonly tide: Pick<TideViews, 'pools' | 'merges'>;
  readonly feed: Feed;
  /** The plugin help document (plugins-policy 1.11). */
  readonly help: (signal: AbortSignal) => Promise<HelpDocument>;
  /** What is on in a repository; undefined for what is none. */
  readonly inRepo: (slug: string) => InRepo | undefined;
  /** `/tide.js` (tide 19.2). */
  readonly tideJson: () => Promise<unknown>;
  /** What may merge; nothing where left out. */
  readonly tideQueries?: () => ShownQueries;
  /** `/tide-history.js` and its page (tide 19.2). */
  readonly tideHistory?: () => Promise<History>;
  /** Without these nothing can be taken: readiness fails. */
  readonly checks: readonly Check[];
  /** What works on all the same, and should be seen: a broken configuration must not take the webhook out of service. */
  readonly remarks: readonly Check[];
  /** Which configuration is in force; `/config-status` and the foot of the front page. */
  readonly configStatus?: () => ConfigStatus;
  /** Pages about jobs, where this installation knows of any. */
  readonly jobs?: JobPages | undefined;
  readonly linkUrl: () => string;
  readonly adminUrl: string | undefined;
  readonly clock: Clock;
  readonly log: Log;
}

/** Upstream's pages ask for `?var=NAME` and get a script that assigns it; the name is checked, so nothing can be injected. */
function asScript(name: string | undefined, json: string): { body: string; type: string } | undefined {
  if (name === undefined) return { body: json, type: 'application/json; charset=utf-8' };
  if (!/^[A-Za-z_$][\w$]{0,63}$/.test(name)) return undefined;
  return { body: `var ${name} = ${json.replaceAll('<', '\\u003c')};`, type: 'text/javascript; charset=utf-8' };
}

/** The listener of webhooks, pages and JSON. `declareReady` turns `/healthz/ready` from 404 to what the checks say. */
export function createWeb(deps: WebDeps): { readonly app: Hono; declareReady(): void } {
  const probes = createProbes(deps.checks, deps.remarks);
  const app = new Hono();
  app.use(pageHeaders());

  const { hook } = deps;
  if (hook) app.all(deps.webhookPath, (c) => hook(c.req.raw));
  app.route('/', probes.app);
  app.get('/assets/*', (c) => {
    const asset = findAsset(c.req.path);
    if (!asset) return c.notFound();
    return c.body(asset.body, 200, { 'Content-Type': asset.type, 'Cache-Control': asset.exact ? 'public, max-age=31536000, immutable' : 'no-cache' });
  });

  const overview = async (): Promise<Overview> => {
    const gathered = await Promise.allSettled([deps.tide.pools(), deps.tide.merges(20), deps.events.recent(50)]);
    const [pools, merges, events] = gathered;
    const problems = await problemsOf([...deps.checks, ...deps.remarks]);
    return {
      now: deps.clock.now(), linkUrl: deps.linkUrl(), problems, config: deps.configStatus?.(),
      pools: pools.status === 'fulfilled' ? pools.value : [], merges: merges.status === 'fulfilled' ? merges.value : [], events: events.status === 'fulfilled' ? events.value : [],
    };
  };
  const { jobs } = deps;
  const listener = { adminUrl: deps.adminUrl, pages: ['/', ...(jobs ? ['/jobs'] : []), '/tide', '/pr', ...(deps.tideHistory ? ['/tide-history'] : []), '/command-help', '/plugins'] };
  if (jobs) {
    app.route('/', listRoutes(jobs, listener));
    app.route('/', runRoutes(jobs, { ...listener, acting: 'commands' }));
    app.route('/', askRoutes(jobs));
  }
  app.get('/', async (c) => {
    // Upstream's front page is the list of jobs: its addresses with filters lead there.
    if (jobs && asksForJobs(c)) return jobsPage(c, jobs, listener);
    const now = await overview();
    const page = <Layout title="Prow" current="/" {...listener}><div data-live="/parts/overview"><LiveParts {...now} /></div></Layout>;
    return c.html(html`<!doctype html>${page}`, 200, { 'Cache-Control': 'no-store' });
  });
  app.get('/parts/overview', async (c) => c.html(<LiveParts {...await overview()} />, 200, { 'Cache-Control': 'no-store' }));

  app.route('/', catalogueRoutes(deps, listener));
  app.route('/', tideRoutes({ tide: deps.tide, queries: deps.tideQueries ?? (() => ({ Queries: [], TideQueries: [] })), jobs: jobs !== undefined, linkUrl: deps.linkUrl, clock: deps.clock }, listener));

  app.get('/live', (c) => {
    c.header('X-Accel-Buffering', 'no');
    return streamSSE(c, async (stream) => {
      const ended = new AbortController();
      stream.onAbort(() => { ended.abort(); });
      const beat = setInterval(() => { void stream.writeln(': still here\n'); }, 20_000);
      try {
        await stream.writeln(': hello\n');
        for await (const item of deps.feed.subscribe({ signal: ended.signal })) await stream.writeSSE({ data: JSON.stringify(item) });
      } catch (error) {
        deps.log.debug({ err: error }, 'live stream ended');
      } finally {
        clearInterval(beat);
      }
    });
  });

  const json = (path: string, read: (signal: AbortSignal) => Promise<unknown>) => {
    app.on(['GET', 'HEAD'], path, async (c) => {
      const script = asScript(c.req.query('var'), JSON.stringify(await read(c.req.raw.signal)));
      if (!script) return c.text('var: not the name of a variable\n', 400);
      return c.body(script.body, 200, { 'Content-Type': script.type, 'Cache-Control': 'no-cache' });
    });
    app.all(path, (c) => c.text('only GET\n', 405, { Allow: 'GET, HEAD' }));
  };
  json('/plugin-help.js', deps.help);
  // The page that upstream's front end has there for people (deck 3), and what its hook has for programs.
  app.get('/plugin-help', async (c, next) => (c.req.header('accept')?.includes('text/html') ? c.redirect('/command-help', 301) : next()));
  json('/plugin-help', deps.help);
  json('/tide.js', () => deps.tideJson());
  const { tideHistory } = deps;
  if (tideHistory) {
    json('/tide-history.js', async () => ({ History: Object.fromEntries(await tideHistory()) }));
    app.get('/tide-history', async (c) => {
      const page = <TideHistoryPage history={await tideHistory()} filter={c.req.query()} now={deps.clock.now()} linkUrl={deps.linkUrl()} {...listener} />;
      return c.html(html`<!doctype html>${page}`, 200, { 'Cache-Control': 'no-store' });
    });
  }
  const { configStatus } = deps;
  if (configStatus) json('/config-status', async () => { const { since, ...status } = configStatus(); return { ...status, since: new Date(since).toISOString() }; });

  // Upstream answers every other path with an empty 200 (plugins-policy 1.2); load balancers probe that.
  app.notFound((c) => (c.req.header('accept')?.includes('text/html') ? c.text('There is no such page.\n', 404) : c.body(null, 200)));
  app.onError((error, c) => {
    deps.log.error({ err: error, path: c.req.path }, 'page failed');
    return c.text('This page failed; the log says why.\n', 500);
  });
  return { app, declareReady: probes.declareReady };
}
