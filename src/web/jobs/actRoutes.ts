import { Hono, type Context } from 'hono';
import { rerunOf } from '../../config/jobs/rerun.js';
import { RemoteError } from '../../core/errors.js';
import { uuidOf, type ProwJob } from '../../core/prowjob.js';
import { NO_STORE } from './answers.js';
import type { JobPages } from './shared.js';
import { jobPath } from './words.js';
import { wireJob, omitOf } from './wire.js';
import { yamlOf } from '../../config/yaml/print.js';

const SEEN_MS = 2_000;
const LATEST = 'mode=latest is not offered here; a new run takes the configuration of the old one. Comment /test on the pull request for the newest.';

/** The job that an address names, or the answer that there is none. */
async function named(c: Context, { jobs, runs }: JobPages): Promise<ProwJob | Response> {
  const name = c.req.query('prowjob') ?? '';
  if (name === '') return c.text('prowjob: which? Name a ProwJob with ?prowjob=NAME.\n', 400, NO_STORE);
  let job: ProwJob | undefined;
  try {
    job = await jobs.find(name, { signal: c.req.raw.signal });
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
    return c.text(`The ProwJob could not be read: ${error.message}\n`, error.status === 404 || error.status === 400 || error.status === 422 ? 404 : 502, NO_STORE);
  }
  return job && runs.visible(job) ? job : c.text(`There is no ProwJob ${JSON.stringify(name)} here, or no longer.\n`, 404, NO_STORE);
}

function again(job: ProwJob, { config, clock }: JobPages, name: string): ProwJob {
  return rerunOf(job, { config: config.current().prow, name, now: clock.now() });
}

/** What everybody may ask: what a new run would be (deck 7.1, GET). Nothing is created, and whoever posts hears where that is done. */
export function askRoutes(pages: JobPages): Hono {
  const app = new Hono();
  app.get('/rerun', async (c) => {
    const job = await named(c, pages);
    if (job instanceof Response) return job;
    if (c.req.query('mode') === 'latest') return c.text(`${LATEST}\n`, 400, NO_STORE);
    return c.text(yamlOf(wireJob(again(job, pages, pages.uuid()), omitOf(''))), 200, NO_STORE);
  });
  const refuse = (path: string, command: string): void => {
    app.all(path, (c) => c.text(`Nobody acts on this page without signing in (--rerun-creates-job is off). Use ${command}, the administrators' listener on 127.0.0.1, or a comment on the pull request.\n`, 405, { ...NO_STORE, Allow: path === '/rerun' ? 'GET, HEAD' : '' }));
  };
  refuse('/rerun', 'prow job rerun NAME');
  refuse('/abort', 'prow job abort NAME');
  return app;
}

/** Running again and ending (deck 7.1, 7.3), for a listener that only administrators reach (design decision 16). */
export function actRoutes(pages: JobPages): Hono {
  const { jobs, index, mode, uuid, log } = pages;
  const app = new Hono();
  const done = (c: Context, name: string, text: string): Response => (c.req.header('accept')?.includes('text/html') ? c.redirect(jobPath(name), 303) : c.text(`${text}\n`, 200, NO_STORE));
  const failed = (c: Context, error: unknown): Response => {
    if (!(error instanceof RemoteError)) throw error;
    return c.text(`Kubernetes refused: ${error.message}\n`, 500, NO_STORE);
  };
  app.post('/rerun', async (c) => {
    const job = await named(c, pages);
    if (job instanceof Response) return job;
    if (c.req.query('mode') === 'latest') return c.text(`${LATEST}\n`, 400, NO_STORE);
    if (mode === 'dry') return c.text('This installation runs dry: nothing is created.\n', 403, NO_STORE);
    const form = await c.req.parseBody().catch(() => ({}) as Record<string, unknown>);
    const nonce = typeof form['nonce'] === 'string' && form['nonce'] !== '' ? form['nonce'] : uuid();
    // One button is one run, however often it is pressed.
    const made = again(job, pages, uuidOf(['rerun', job.metadata.name, nonce]));
    const next: ProwJob = { ...made, status: { ...made.status, description: `Run again of ${job.metadata.name}, by an administrator.` } };
    const { signal } = c.req.raw;
    try {
      const answer = await jobs.create(next, { signal });
      log.info({ job: next.metadata.name, of: job.metadata.name, answer }, 'job run again from its page');
    } catch (error) {
      return failed(c, error);
    }
    // Whoever is led to its page should find it.
    await index.shows({ namespace: next.metadata.namespace ?? '', name: next.metadata.name }, (now) => now !== undefined, { signal: AbortSignal.any([signal, AbortSignal.timeout(SEEN_MS)]) }).catch(() => {});
    return done(c, next.metadata.name, `${next.metadata.name} runs ${next.spec.job} again`);
  });
  app.post('/abort', async (c) => {
    const job = await named(c, pages);
    if (job instanceof Response) return job;
    const { state } = job.status;
    if (state !== 'triggered' && state !== 'pending') return c.text(`A job that is ${state} cannot be aborted.\n`, 400, NO_STORE);
    if (mode === 'dry') return c.text('This installation runs dry: nothing is ended.\n', 403, NO_STORE);
    const { name, namespace = '' } = job.metadata;
    const { signal } = c.req.raw;
    try {
      const answer = await jobs.abort(name, `Aborted by an administrator: ${name}.`, { signal });
      log.info({ job: name, answer }, 'job aborted from its page');
      if (answer === 'gone') return c.text(`${name} has ended already.\n`, 400, NO_STORE);
    } catch (error) {
      return failed(c, error);
    }
    await index.shows({ namespace, name }, (now) => now?.status.state !== state, { signal: AbortSignal.any([signal, AbortSignal.timeout(SEEN_MS)]) }).catch(() => {});
    return done(c, name, `${name} (${job.spec.job}) is being ended`);
  });
  for (const path of ['/rerun', '/abort']) app.all(path, (c) => c.text('only POST\n', 405, { ...NO_STORE, Allow: 'POST' }));
  return app;
}
