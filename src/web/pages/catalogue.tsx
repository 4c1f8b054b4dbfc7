import type { Child } from 'hono/jsx';
import type { Catalogue, ShownCommand, ShownPlugin, Text } from '../catalogue.js';

function Words({ of }: { of: Text }) {
  return <>{of.map(({ kind, text }) => (kind === 'code' ? <code>{text}</code> : text))}</>;
}

const query = (repo: string | undefined): string => (repo === undefined ? '' : `?repo=${encodeURIComponent(repo)}`);

function RepoFilter({ path, catalogue: { repos, repo } }: { path: string; catalogue: Catalogue }) {
  return (
    <form class="filter" method="get" action={path}>
      <label>
        Repository
        <select name="repo">
          <option value="">All plugins</option>
          {repo !== undefined && !repos.includes(repo) ? <option value={repo} selected>{repo}</option> : null}
          {repos.map((one) => <option value={one} selected={one === repo}>{one}</option>)}
        </select>
      </label>
      <button type="submit">Show</button>
    </form>
  );
}

function Nothing({ catalogue: { repo, found }, what }: { catalogue: Catalogue; what: string }) {
  return <p class="empty">{repo === undefined || found ? `There are no ${what} here.` : `No plugin is on in ${repo}, as far as I know.`}</p>;
}

function Marks({ featured, kind, deprecated }: { featured?: boolean; kind: ShownPlugin['kind']; deprecated?: boolean }) {
  return (
    <>
      {featured ? <span class="chip good">featured</span> : null}
      {kind === 'external' ? <span class="chip busy">external</span> : null}
      {deprecated ? <span class="chip bad">deprecated</span> : null}
    </>
  );
}

function CommandRow({ command, repo }: { command: ShownCommand; repo: string | undefined }) {
  const { anchor, usage, featured, kind, about, who, examples, plugin } = command;
  return (
    <tr id={anchor}>
      <td>
        <a class="usage" href={`#${anchor}`}><code>{usage}</code></a> <Marks featured={featured} kind={kind} />
        {examples.length === 0 ? null : <ul class="examples" aria-label="Examples">{examples.map((example) => <li><code>{example}</code></li>)}</ul>}
      </td>
      <td><Words of={about} /></td>
      <td class="who"><span class="label">For: </span><Words of={who} /></td>
      <td><span class="label">Plugin: </span><a href={`/plugins${query(repo)}#${plugin}`}>{plugin}</a></td>
    </tr>
  );
}

/** Every command: `/command-help` (deck 8.6), readable without scripts. */
export function CommandsPage({ catalogue }: { catalogue: Catalogue }) {
  const { commands, repo } = catalogue;
  return (
    <>
      <h2>Commands{repo === undefined ? '' : ` in ${repo}`}</h2>
      <p class="why">Write them in a comment, a description or a review, each at the start of a line of its own. What stands in code blocks or in hidden comments does not count.</p>
      <RepoFilter path="/command-help" catalogue={catalogue} />
      {commands.length === 0 ? <Nothing catalogue={catalogue} what="commands" /> : (
        <div class="scroll">
          <table class="catalogue">
            <thead><tr><th>Command</th><th>What it does</th><th>Who may use it</th><th>Plugin</th></tr></thead>
            <tbody>{commands.map((command) => <CommandRow command={command} repo={repo} />)}</tbody>
          </table>
        </div>
      )}
    </>
  );
}

function Fact({ name, children }: { name: string; children: Child }) {
  return <div><dt>{name}</dt><dd>{children}</dd></div>;
}

function PluginCard({ plugin, repo }: { plugin: ShownPlugin; repo: string | undefined }) {
  const { name, kind, summary, about, deprecated, events, config, snippet, commands } = plugin;
  return (
    <section class="card" id={name}>
      <h3>{name} <Marks kind={kind} deprecated={deprecated} /></h3>
      <p class="words"><Words of={summary} /></p>
      <details>
        <summary>Details</summary>
        {about.length > summary.length || about.at(-1)?.text !== summary.at(-1)?.text ? <p class="words"><Words of={about} /></p> : null}
        <dl>
          {commands.length === 0 ? null : <Fact name="Commands">{commands.map(({ usage, anchor }) => <a class="usage" href={`/command-help${query(repo)}#${anchor}`}><code>{usage}</code></a>)}</Fact>}
          <Fact name="Events">{events.length === 0 ? 'all' : events.join(', ')}</Fact>
          {config.length === 0 ? null : <Fact name={repo === undefined ? 'Configuration' : `Configuration in ${repo}`}><Words of={config} /></Fact>}
        </dl>
        {snippet === '' ? null : <pre class="snippet">{snippet}</pre>}
      </details>
    </section>
  );
}

/** Every plugin: `/plugins` (deck 8.7). */
export function PluginsPage({ catalogue }: { catalogue: Catalogue }) {
  const { plugins, repo } = catalogue;
  return (
    <>
      <h2>Plugins{repo === undefined ? '' : ` in ${repo}`}</h2>
      <RepoFilter path="/plugins" catalogue={catalogue} />
      {plugins.length === 0 ? <Nothing catalogue={catalogue} what="plugins" /> : <div class="pools">{plugins.map((plugin) => <PluginCard plugin={plugin} repo={repo} />)}</div>}
    </>
  );
}
