import { Hono, type Context } from 'hono';
import { html } from 'hono/html';
import type { HelpDocument } from '../core/helpDocument.js';
import { catalogueOf, type Catalogue, type InRepo } from './catalogue.js';
import { CommandsPage, PluginsPage } from './pages/catalogue.js';
import { Layout, type Frame } from './pages/layout.js';

export interface CatalogueDeps {
  readonly help: (signal: AbortSignal) => Promise<HelpDocument>;
  readonly inRepo: (slug: string) => InRepo | undefined;
}

/** The pages of commands and plugins; `?repo=` shows those of one repository. */
export function catalogueRoutes({ help, inRepo }: CatalogueDeps, listener: Pick<Frame, 'adminUrl' | 'pages'>): Hono {
  const app = new Hono();
  const read = async (c: Context): Promise<Catalogue> => catalogueOf(await help(c.req.raw.signal), c.req.query('repo') || undefined, inRepo);
  app.get('/command-help', async (c) => {
    const catalogue = await read(c);
    const page = <Layout title={title('Commands', catalogue)} current="/command-help" {...listener}><CommandsPage catalogue={catalogue} /></Layout>;
    return c.html(html`<!doctype html>${page}`, 200, { 'Cache-Control': 'no-cache' });
  });
  app.get('/plugins', async (c) => {
    const catalogue = await read(c);
    const page = <Layout title={title('Plugins', catalogue)} current="/plugins" {...listener}><PluginsPage catalogue={catalogue} /></Layout>;
    return c.html(html`<!doctype html>${page}`, 200, { 'Cache-Control': 'no-cache' });
  });
  return app;
}

const title = (what: string, { repo }: Catalogue): string => `${what}${repo === undefined ? '' : ` in ${repo}`} · Prow`;
