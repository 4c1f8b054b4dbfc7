import type { Child } from 'hono/jsx';
import { cssPath, jsPath } from '../assets.js';

/** The frame of every page. `adminUrl`: where the queue UI is, when this visitor may know. */
export function Layout({ title, adminUrl, children }: { title: string; adminUrl: string | undefined; children: Child }) {
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
      <body>
        <header>
          <h1>Prow</h1>
          <nav>
            <a href="/">Overview</a>
            <a href="/plugin-help.js">Commands (JSON)</a>
            <a href="/tide.js">Pools (JSON)</a>
            {adminUrl === undefined ? null : <a href={adminUrl}>Queues</a>}
          </nav>
          <span class="live" data-sign></span>
        </header>
        <main>{children}</main>
      </body>
    </html>
  );
}
