import type { Child } from 'hono/jsx';
import { cssPath, jsPath } from '../assets.js';

const PAGES = [['/', 'Overview'], ['/jobs', 'Jobs'], ['/tide', 'Pools'], ['/pr', 'Pull requests'], ['/tide-history', 'Merged'], ['/command-help', 'Commands'], ['/plugins', 'Plugins']] as const;

export interface Frame {
  readonly title: string;
  /** Where the queue UI is, when this visitor may know. */
  readonly adminUrl: string | undefined;
  /** The page among those of the navigation. */
  readonly current?: string | undefined;
  /** Pages that this listener has. */
  readonly pages?: readonly string[] | undefined;
  /** Milliseconds since the epoch at which the page was made: browsers' clocks differ. */
  readonly now?: number | undefined;
  readonly children: Child;
}

/** The frame of every page. */
export function Layout({ title, adminUrl, current, pages = PAGES.map(([path]) => path), now, children }: Frame) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title}</title>
        <link rel="stylesheet" href={cssPath} />
        <link rel="icon" href="data:," />
        <script src={jsPath} defer></script>
      </head>
      <body data-now={now}>
        <header>
          <h1>Prow</h1>
          <nav aria-label="Pages">
            {PAGES.filter(([path]) => pages.includes(path)).map(([path, word]) => <a href={path} aria-current={path === current ? 'page' : undefined}>{word}</a>)}
            {adminUrl === undefined ? null : <a href={adminUrl}>Queues</a>}
          </nav>
          <span class="live" data-sign role="status"></span>
        </header>
        <main>{children}</main>
      </body>
    </html>
  );
}
