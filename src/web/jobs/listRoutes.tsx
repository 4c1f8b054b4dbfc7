import { Hono, type Context } from 'hono';
import { html, raw } from 'hono/html';
import { streamSSE } from 'hono/streaming';
import { Layout } from '../pages/layout.js';
import { FilterForm, JobRows, type JobList } from '../pages/jobs.js';
import { NO_STORE, has, readsGzip, sendParts, variableOf } from './answers.js';
import { FILTERS, filterOf, queryOf, type Filter } from './filter.js';
import type { JobPages } from './shared.js';
import { omitOf, wireJob } from './wire.js';
import { yamlOf } from '../../config/yaml/print.js';

const ROWS = 100;
const MOST_ROWS = 500;
/** Running times on a page that is kept are no older. */
const KEPT_MS = 3_000;
const NEWS_MS = 300;
const BEAT_MS = 15_000;

export interface Listener {
  readonly adminUrl: string | undefined;
  /** Pages of the navigation that this listener has; all unless said. */
  readonly pages?: readonly string[];
}

/** Whether an address of the front page asks for the list of jobs, as upstream's does (deck 8.2). */
export function asksForJobs(c: Context): boolean {
  return FILTERS.some((name) => c.req.query(name) !== undefined);
}

/** The list of jobs as a page. Throws nothing but what rendering does. */
export async function jobsPage(c: Context, pages: JobPages, { adminUrl, pages: nav }: Listener): Promise<Response> {
  const filter = filterOf((name) => c.req.query(name));
  const before = c.req.query('before');
  const query = queryOf(filter, { before });
  const page = (
    <Layout title="Jobs – Prow" adminUrl={adminUrl} pages={nav} current="/jobs" now={pages.clock.now()}>
      <FilterForm filter={filter} choices={pages.view.choices()} />
      <div data-live={`/parts/jobs?${query}`} data-feed="/jobs/live" data-pause="700">{raw(await rows(pages, filter, before))}</div>
    </Layout>
  );
  return c.html(html`<!doctype html>${page}`, 200, { 'Cache-Control': 'no-store' });
}

/** The rows of a list; one that was just made for somebody else is given again. */
async function rows({ view, parts, index, clock, linkUrl }: JobPages, filter: Filter, before: string | undefined): Promise<string> {
  const key = queryOf(filter, { before });
  const [version, now] = [view.version(), clock.now()];
  const known = parts.get(key);
  if (known?.version === version && now - known.at < KEPT_MS) return known.html;
  const list: JobList = { filter, page: view.page(filter, { before, most: ROWS }), choices: view.choices(), now, linkUrl: linkUrl(), synced: index.synced() };
  const made = String(await (<JobRows {...list} />));
  parts.set(key, { version, at: now, html: made });
  return made;
}

/** Lists of jobs, for people and for machines: `/jobs`, `/prowjobs.js`, `/prowjob`, `/api/jobs`. */
export function listRoutes(pages: JobPages, listener: Listener): Hono {
  const { view, wire, boot, index, config, log } = pages;
  const app = new Hono();
  app.get('/jobs', (c) => jobsPage(c, pages, listener));
  app.get('/parts/jobs', async (c) => c.html(await rows(pages, filterOf((name) => c.req.query(name)), c.req.query('before')), 200, { 'Cache-Control': 'no-store' }));

  // Says that something changed, no more: whoever listens asks again.
  app.get('/jobs/live', (c) => {
    c.header('X-Accel-Buffering', 'no');
    const name = c.req.query('name');
    return streamSSE(c, async (stream) => {
      let changed = false;
      let wake = (): void => {};
      const stop = view.onChange((job) => { if (name === undefined || job.metadata.name === name) { changed = true; wake(); } });
      const beat = setInterval(() => { void stream.writeln(': still here\n'); }, BEAT_MS);
      stream.onAbort(() => { wake(); });
      try {
        await stream.writeln(': hello\n');
        while (!stream.aborted && !stream.closed) {
          if (!changed) await new Promise<void>((resolve) => { wake = resolve; });
          if (stream.aborted) break;
          changed = false;
          await stream.writeSSE({ data: 'changed' });
          await stream.sleep(NEWS_MS);
        }
      } catch (error) {
        log.debug({ err: error }, 'live stream of jobs ended');
      } finally {
        clearInterval(beat);
        stop();
      }
    });
  });

  const machine = async (c: Context): Promise<Response> => {
    const variable = variableOf(c.req.query('var'));
    if (!variable) return c.text('var: not the name of a variable\n', 400);
    const body = await wire.body({ org: c.req.query('org'), repo: c.req.query('repo'), owner: c.req.query('owner'), omit: omitOf(c.req.query('omit')) });
    const headers = { ETag: body.etag, 'Cache-Control': 'no-cache', Vary: 'Accept-Encoding', 'Content-Type': variable.name === undefined ? 'application/json; charset=utf-8' : 'text/javascript; charset=utf-8' };
    if (has(c.req.header('if-none-match'), body.etag)) return c.body(null, 304, headers);
    if (readsGzip(c.req.header('accept-encoding'))) {
      const bytes = body.gzipped(variable.name);
      return c.body(new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length), 200, { ...headers, 'Content-Encoding': 'gzip', 'Content-Length': String(bytes.length) });
    }
    const ended = new AbortController();
    for (const [header, value] of Object.entries(headers)) c.header(header, value);
    return sendParts(c, body.plain(variable.name, { signal: ended.signal }), { ended, failed: (err) => { log.warn({ err }, 'list of jobs broken off'); } });
  };
  app.get('/prowjobs.js', machine);

  app.get('/api/jobs', (c) => {
    const filter = filterOf((name) => c.req.query(name));
    const wanted = Number(c.req.query('limit') ?? ROWS);
    if (!Number.isInteger(wanted) || wanted < 1 || wanted > MOST_ROWS) return c.json({ error: `limit: expected a number from 1 to ${MOST_ROWS}` }, 400);
    const headers = { ETag: `W/"${boot}-${view.version()}"`, 'Cache-Control': 'no-cache' };
    if (has(c.req.header('if-none-match'), headers.ETag)) return c.body(null, 304, headers);
    const page = view.page(filter, { before: c.req.query('before'), most: wanted });
    const omit = omitOf('annotations,labels,decoration_config,pod_spec');
    return c.json({ items: page.jobs.map((job) => wireJob(job, omit)), total: page.total, states: Object.fromEntries(page.counts), next: page.next ?? null }, 200, headers);
  });

  app.get('/prowjob', (c) => {
    const name = c.req.query('prowjob') ?? '';
    if (name === '') return c.text('prowjob: which? Name a ProwJob with ?prowjob=NAME.\n', 400, NO_STORE);
    const job = index.get(config.current().prow.prowjob_namespace, name);
    if (!job || !pages.runs.visible(job)) return c.text(`There is no ProwJob ${JSON.stringify(name)} here, or no longer.\n`, 404, NO_STORE);
    return c.text(yamlOf(wireJob(job, omitOf(''))), 200, NO_STORE);
  });
  return app;
}
