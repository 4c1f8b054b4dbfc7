import type { Child } from 'hono/jsx';
import { fullName, type PullIssue } from '../hub.js';
import type { Repo } from '../state.js';
import { pullPath } from './pull.js';

/** The frame of every page; `people` can be acted as. */
export function Frame({ title, people, me, here, children }: { title: string; people: readonly string[]; me: string; here: string; children: Child }) {
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{title}</title>
        <link rel="stylesheet" href="/-/pages.css" />
        <link rel="icon" href="data:," />
        <script src="/-/pages.js" defer></script>
      </head>
      <body>
        <header>
          <a href="/-/">Embedded GitHub</a>
          <form method="post" action="/-/as">
            <input type="hidden" name="to" value={here} />
            <label for="as">I am</label>
            <select id="as" name="login">{people.map((login) => <option value={login} selected={login === me}>{login}</option>)}</select>
            <button type="submit">Change</button>
          </form>
        </header>
        <main>{children}</main>
      </body>
    </html>
  );
}

export function CommentForm({ repo, number, me }: { repo: Repo; number: number; me: string }) {
  return (
    <form class="card" method="post" action={`${pullPath(repo, number)}/-/comment`}>
      <label for="body">Comment as {me}</label>
      <textarea id="body" name="body" required placeholder="/lgtm, /approve, /hold, /hold cancel, …"></textarea>
      <button type="submit">Comment</button>
    </form>
  );
}

/** Changes one file on the pull request's branch. */
export function PushForm({ repo, issue }: { repo: Repo; issue: PullIssue }) {
  return (
    <details class="card">
      <summary>Push a change to {issue.pull.head.owner}:{issue.pull.head.ref}</summary>
      <form method="post" action={`${pullPath(repo, issue.number)}/-/push`}>
        <label>File <input type="text" name="path" required placeholder="src/gift.js" /></label>
        <label>New content <textarea name="content"></textarea></label>
        <button type="submit">Commit and push</button>
      </form>
    </details>
  );
}

/** Opens a pull request that changes one file. */
export function OpenForm({ repo, me }: { repo: Repo; me: string }) {
  return (
    <details class="card">
      <summary>Open a pull request as {me}</summary>
      <form method="post" action={`/${fullName(repo)}/-/open`}>
        <label>Title <input type="text" name="title" required /></label>
        <label>Branch <input type="text" name="branch" required pattern="[A-Za-z0-9._\/\-]+" /></label>
        <label>File <input type="text" name="path" required placeholder="src/new.js" /></label>
        <label>Content <textarea name="content"></textarea></label>
        <button type="submit">Open</button>
      </form>
    </details>
  );
}
