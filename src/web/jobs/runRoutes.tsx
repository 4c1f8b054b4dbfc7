import { Hono, type Context } from 'hono';
import { html } from 'hono/html';
import { streamSSE } from 'hono/streaming';
import { ConfigError, RemoteError, UserError } from '../../core/errors.js';
import type { Pod } from '../../core/kube.js';
import { isComplete } from '../../core/prowjob.js';
import { Layout } from '../pages/layout.js';
import { Files, JobHead, Tests, type Acting } from '../pages/job.js';
import { LogLines, LogSection, WINDOW, type LogLinks } from '../pages/jobLog.js';
import { NO_STORE, sendParts } from './answers.js';
import { dispositionOf, fileAt, listArtifacts, rangeOf, readResults, shownAs } from './artifacts.js';
import type { Listener } from './listRoutes.js';
import { podOf, shownLines } from './liveLogs.js';
import { containerOf, grows, logAt, rawLog, readLog } from './readLog.js';
import type { Run } from './runs.js';
import type { JobPages } from './shared.js';
import { containersOf, jobPath } from './words.js';

const POD_MS = 1_500;
const BEAT_MS = 15_000;
/** So many lines stand before the one that was asked for. */
const CONTEXT = 20;
/** Whatever a test left behind runs nowhere, least of all here. */
const SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";

type Found = Readonly<{ run: Run }> | Readonly<{ answer: Response }>;

/** What keeps a pod from running, as its cluster says it; undefined when nothing does. */
export function podSays(pod: Pod | undefined): string | undefined {
  if (!pod) return undefined;
  const status = (pod.status ?? {}) as Readonly<{ phase?: string; reason?: string; message?: string; conditions?: readonly Readonly<{ type?: string; status?: string; reason?: string; message?: string }>[]; initContainerStatuses?: readonly Part[]; containerStatuses?: readonly Part[] }>;
  const waiting = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])].flatMap(({ name = '', state }) => (state?.waiting?.reason ? [`${name}: ${state.waiting.reason}${state.waiting.message ? `, ${state.waiting.message}` : ''}`] : []));
  const unscheduled = (status.conditions ?? []).flatMap(({ type, status: is, reason, message }) => (type === 'PodScheduled' && is === 'False' ? [`${reason ?? 'not scheduled'}${message ? `, ${message}` : ''}`] : []));
  return [[status.phase ?? 'created', ...(pod.spec.nodeName ? [`on ${pod.spec.nodeName}`] : [])].join(' '), ...unscheduled, ...waiting, ...(status.message ? [status.message] : [])].join('; ').slice(0, 1_000);
}
type Part = Readonly<{ name?: string; state?: Readonly<{ waiting?: Readonly<{ reason?: string; message?: string }> }> }>;

/** Pages of single runs, their logs and their files. `acting` says how whoever looks may act. */
export function runRoutes(pages: JobPages, { adminUrl, pages: nav, acting }: Listener & Readonly<{ acting: 'buttons' | 'commands' }>): Hono {
  const { runs, storage, stored, clusters, live, clock, log, uuid } = pages;
  const app = new Hono();

  const message = (c: Context, status: 400 | 403 | 404 | 502, why: string): Response | Promise<Response> =>
    c.req.header('accept')?.includes('text/html') && c.req.method === 'GET'
      ? c.html(html`<!doctype html>${<Layout title="Prow" adminUrl={adminUrl} pages={nav}><p class="note">{why}</p><p><a href="/jobs">All jobs</a></p></Layout>}`, status, NO_STORE)
      : c.text(`${why}\n`, status, NO_STORE);
  const find = async (c: Context, source: string): Promise<Found> => {
    try {
      const found = await runs.find(source, { signal: c.req.raw.signal });
      return found.kind === 'run' ? found : { answer: await message(c, found.status, found.why) };
    } catch (error) {
      if (error instanceof UserError || error instanceof ConfigError) return { answer: await message(c, 404, error.message) };
      if (error instanceof RemoteError) return { answer: await message(c, 502, `The storage did not answer: ${error.message}`) };
      throw error;
    }
  };

  const podOfRun = async ({ job, live: here }: Run, signal: AbortSignal): Promise<string | undefined> => {
    if (!job || !here || isComplete(job) || job.spec.agent !== 'kubernetes' || !job.status.pod_name) return undefined;
    const cluster = clusters.get(job.spec.cluster ?? '');
    if (cluster.kind === 'fault') return cluster.text;
    return podSays(await cluster.pods.find(podOf(job), { signal: AbortSignal.any([signal, AbortSignal.timeout(POD_MS)]) }).catch(() => undefined));
  };
  const act = (): Acting => (acting === 'buttons' ? { kind: 'buttons', nonce: uuid() } : { kind: 'commands' });
  const head = async (run: Run, signal: AbortSignal) => <JobHead run={run} now={clock.now()} linkUrl={pages.linkUrl()} acting={act()} pod={await podOfRun(run, signal)} />;
  const pathOf = ({ source }: Run): string => (source.startsWith('name/') ? jobPath(source.slice(5)) : `/view/${source.split('/').map(encodeURIComponent).join('/')}`);
  const q = (values: Readonly<Record<string, string>>): string => new URLSearchParams(values).toString();
  const linksOf = (run: Run, container: string): LogLinks => ({
    page: `${pathOf(run)}?${q({ container })}`, part: `/parts/log?${q({ src: run.source, container })}`, raw: `/log/raw?${q({ src: run.source, container })}`,
    follow: grows(run) ? `/log/live?${q({ src: run.source, container })}` : undefined,
  });

  const page = async (c: Context, source: string): Promise<Response> => {
    const found = await find(c, source);
    if ('answer' in found) return found.answer;
    const { run } = found;
    const { signal } = c.req.raw;
    const container = containerOf(run, c.req.query('container'));
    const line = Number(c.req.query('line') ?? Number.NaN);
    const from = Number.isSafeInteger(line) && line > 0 ? Math.max(0, line - 1 - CONTEXT) : undefined;
    const [{ log: shown, problem }, artifacts] = await Promise.all([
      readLog({ run, container }, { from, wanted: WINDOW, signal }, { clusters, storage, stored }),
      run.folder === undefined ? undefined : listArtifacts(run.folder, { storage, signal }),
    ]);
    const results = run.folder === undefined || !artifacts ? undefined : await readResults(run.folder, { files: artifacts.files, storage, signal });
    const body = (
      <Layout title={`${run.jobName} – Prow`} adminUrl={adminUrl} pages={nav} now={clock.now()}>
        <p class="bar"><a href={`/jobs?${q({ job: run.jobName })}`}>All runs of {run.jobName}</a>{run.live && run.job ? <a href={`/prowjob?${q({ prowjob: run.job.metadata.name })}`}>YAML</a> : null}</p>
        {run.live && run.job ? <div data-live={`/parts/job?${q({ src: run.source })}`} data-feed={`/jobs/live?${q({ name: run.job.metadata.name })}`}>{await head(run, signal)}</div> : await head(run, signal)}
        <Tests results={results} />
        <LogSection log={shown} links={linksOf(run, container)} containers={run.job ? containersOf(run.job).map(({ name }) => name) : []} container={container} problem={problem} />
        {artifacts && (artifacts.files.length > 0 || !grows(run)) ? <Files source={run.source} artifacts={artifacts} /> : null}
      </Layout>
    );
    return c.html(html`<!doctype html>${body}`, 200, NO_STORE);
  };
  app.get('/job/:name', (c) => page(c, `name/${c.req.param('name')}`));
  app.get('/view/:source{.+}', (c) => page(c, c.req.param('source')));
  app.get('/parts/job', async (c) => {
    const found = await find(c, c.req.query('src') ?? '');
    return 'answer' in found ? found.answer : c.html(await head(found.run, c.req.raw.signal), 200, NO_STORE);
  });

  const windowOf = async (c: Context) => {
    const found = await find(c, c.req.query('src') ?? '');
    if ('answer' in found) return found;
    const [from, to] = [Number(c.req.query('from') ?? 0), Number(c.req.query('to') ?? Number(c.req.query('from') ?? 0) + WINDOW)];
    if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || to <= from || to - from > 10 * WINDOW) return { answer: c.text(`from, to: expected numbers of lines, at most ${10 * WINDOW} of them\n`, 400, NO_STORE) };
    const { run } = found;
    const container = containerOf(run, c.req.query('container'));
    const at = logAt({ run, container });
    const { signal } = c.req.raw;
    const window = at === undefined ? undefined : await stored.window(at, { from, wanted: to - from, signal });
    return window ? { run, container, window, from, to } : { answer: c.text('There is no such log in storage.\n', 404, NO_STORE) };
  };
  app.get('/parts/log', async (c) => {
    const found = await windowOf(c);
    if ('answer' in found) return found.answer;
    const { run, container, window, from } = found;
    const end = (window.from ?? 0) + window.lines.length;
    const links = linksOf(run, container);
    const earlier = c.req.query('where') === 'before';
    const more = earlier ? (from > 0 ? [Math.max(0, from - WINDOW), from] as const : undefined) : end < (window.total ?? end) ? [end, end + WINDOW] as const : undefined;
    return c.html(<LogLines from={window.from} lines={shownLines(window.lines).lines} />, 200, { ...NO_STORE, ...(more && { 'X-More': `${links.part}&where=${earlier ? 'before' : 'after'}&from=${more[0]}&to=${more[1]}`, 'X-More-Page': `${links.page}&line=${more[0] + 1}` }) });
  });
  app.get('/api/logs', async (c) => {
    const found = await windowOf(c);
    if ('answer' in found) return found.answer;
    const { window: { from, lines, total, bytes, failing, failures } } = found;
    return c.json({ from: from ?? null, lines, total: total ?? null, bytes, failing, failures }, 200, NO_STORE);
  });

  /** A whole log as text: `/log` for whoever knows job and build id (deck 5.3), `/log/raw` for any run. */
  const rawText = async (c: Context, run: Run): Promise<Response> => {
    const ended = new AbortController();
    c.req.raw.signal.addEventListener('abort', () => { ended.abort(); }, { once: true });
    const found = await rawLog({ run, container: c.req.query('container') || containerOf(run, undefined) }, { clusters, storage, follow: c.req.query('follow') === 'true', signal: ended.signal });
    if (found.kind === 'none') return c.text(`${found.why}\n`, 404, { ...NO_STORE, 'Access-Control-Allow-Origin': '*' });
    for (const [name, value] of Object.entries({ ...NO_STORE, 'Access-Control-Allow-Origin': '*', 'Content-Type': 'text/plain; charset=utf-8', 'X-Accel-Buffering': 'no' })) c.header(name, value);
    return sendParts(c, found.parts, { ended, failed: (err) => { log.debug({ err, job: run.jobName }, 'a log broke off'); } });
  };
  app.get('/log', async (c) => {
    const [job, id] = [c.req.query('job') ?? '', c.req.query('id') ?? ''];
    const missing = job === '' ? 'job' : id === '' ? 'id' : undefined;
    if (missing !== undefined) return c.text(`${missing} is missing: /log?job=NAME&id=BUILD\n`, 400, NO_STORE);
    const found = runs.byBuild(job, id);
    if (!found) return c.text(`There is no run ${JSON.stringify(id)} of ${JSON.stringify(job)} here, or no longer.\n`, 404, { ...NO_STORE, 'Access-Control-Allow-Origin': '*' });
    return rawText(c, runs.ofJob(`prowjob/${job}/${id}`, found));
  });
  app.get('/log/raw', async (c) => {
    const found = await find(c, c.req.query('src') ?? '');
    return 'answer' in found ? found.answer : rawText(c, found.run);
  });
  app.get('/log/live', async (c) => {
    const found = await find(c, c.req.query('src') ?? '');
    if ('answer' in found) return found.answer;
    const { job, live: here } = found.run;
    if (!job || !here) return c.text('This run has ended.\n', 404, NO_STORE);
    const container = containerOf(found.run, c.req.query('container'));
    const last = Number(c.req.header('last-event-id') ?? 0);
    c.header('X-Accel-Buffering', 'no');
    return streamSSE(c, async (stream) => {
      const ended = new AbortController();
      stream.onAbort(() => { ended.abort(); });
      const beat = setInterval(() => { void stream.writeln(': still here\n'); }, BEAT_MS);
      try {
        await stream.writeln(': hello\n');
        for await (const news of live.lines(job, container, { after: Number.isSafeInteger(last) && last > 0 ? last : 0, signal: ended.signal })) {
          if (news.kind === 'end') await stream.writeSSE({ event: 'end', data: '' });
          else await stream.writeSSE({ event: 'lines', id: String(news.from + news.lines.length), data: JSON.stringify({ from: news.from, lines: news.lines.map(({ html: text, failing }) => [text, failing ? 1 : 0]) }) });
        }
      } catch (error) {
        log.debug({ err: error, job: job.metadata.name }, 'a followed log ended');
      } finally {
        clearInterval(beat);
        ended.abort();
      }
    });
  });

  app.get('/artifact', async (c) => {
    const found = await find(c, c.req.query('src') ?? '');
    if ('answer' in found) return found.answer;
    const name = c.req.query('name') ?? '';
    const at = found.run.folder === undefined ? undefined : fileAt(found.run.folder, name);
    if (at === undefined) return message(c, 400, `name: not the name of a file of this run: ${JSON.stringify(name.slice(0, 200))}`);
    const { signal } = c.req.raw;
    const file = await storage.stat(at, { signal }).catch((error: unknown) => { if (error instanceof UserError || error instanceof ConfigError) return undefined; throw error; });
    if (!file) return message(c, 404, `This run left no ${JSON.stringify(name)}.`);
    const { type, disposition } = shownAs(name);
    const headers: Record<string, string> = { 'Content-Type': type, 'Content-Disposition': dispositionOf(name, disposition), 'Content-Security-Policy': SANDBOX, 'Accept-Ranges': 'bytes', 'Cache-Control': 'no-cache' };
    const range = rangeOf(c.req.header('range'), file.size);
    if (range === 'none') return c.text('The file has no such bytes.\n', 416, { 'Content-Range': `bytes */${file.size}` });
    const part = range === 'whole' ? { start: 0, end: file.size } : range;
    headers['Content-Length'] = String(part.end - part.start);
    if (range !== 'whole') { headers['Content-Range'] = `bytes ${part.start}-${part.end - 1}/${file.size}`; c.status(206); }
    for (const [key, value] of Object.entries(headers)) c.header(key, value);
    const ended = new AbortController();
    if (c.req.method === 'HEAD') return c.body(null);
    return sendParts(c, storage.stream(at, { signal: ended.signal, ...part }), { ended, failed: (err) => { log.debug({ err, at }, 'a file broke off'); } });
  });
  return app;
}
