import { names } from '../../config/lookup.js';
import { triggerFor } from '../../config/plugins/entries.js';
import { ownersRules } from '../../config/plugins/ownersRules.js';
import type { Action } from '../../core/action.js';
import type { Pull, PullEvent } from '../../core/event.js';
import { slug } from '../../core/ids.js';
import { formerNotices } from '../../core/notice.js';
import { baseName, deniedFolders, folderOf } from '../../core/owners/load.js';
import { parseAliases } from '../../core/owners/parse.js';
import { pattern } from '../../core/re2.js';
import type { CommandEvent, Plugin, PluginContext } from '../plugin.js';
import { decideVerdict, INVALID, NOTICES } from './decide.js';
import { examine, leakOf } from './examine.js';
import type { Found } from './text.js';
import { collaboratorsOf, untrustedAmong } from './trust.js';
import { readVersions } from './versions.js';

const has = (labels: readonly string[]): boolean => labels.some((label) => label.toLowerCase() === INVALID);

async function onPull({ action, pull }: PullEvent, context: PluginContext): Promise<readonly Action[]> {
  return action === 'opened' || action === 'reopened' || action === 'synchronize' ? verify(pull, action === 'opened' ? 'opened' : 'changed', context) : [];
}

async function onCommand(event: CommandEvent<'verify-owners'>, context: PluginContext): Promise<readonly Action[]> {
  if (!event.isPull || event.state !== 'open') return [];
  // The opening of a pull request is looked at anyway.
  if (event.source === 'pull_request') return [];
  return verify(event.pull ?? (await context.github.pull(event.issue, { signal: context.signal })), 'asked', context);
}

/** Looks at the owners files that a pull request changes, as they will be once it is merged. */
async function verify(pull: Pull, why: 'opened' | 'changed' | 'asked', context: PluginContext): Promise<readonly Action[]> {
  const { github, config, log, said, signal } = context;
  const options = { signal };
  const { org, name, number } = pull;
  const issue = { org, name, number };
  const rules = ownersRules(config, issue);
  const isDenied = deniedFolders(rules, log);
  const [files, labels] = await Promise.all([github.files(issue, options), why === 'opened' ? pull.labels : github.labels(issue, options)]);
  const owners = files.filter(({ path, status }) => baseName(path) === rules.ownersFile && status !== 'removed' && !isDenied(folderOf(path)));
  const aliasesChanged = files.some(({ path, previousPath }) => path === rules.aliasesFile || previousPath === rules.aliasesFile);
  const labelled = has(labels);
  if (owners.length === 0 && !aliasesChanged && !labelled) return [];

  const everybody = names(config.plugins.owners.skip_collaborators, issue);
  const touched = files.find(({ path }) => path === rules.aliasesFile);
  const [versions, collaborators, former] = await Promise.all([
    readVersions(pull, [...owners, touched ?? { path: rules.aliasesFile, previousPath: undefined, patch: undefined }], context),
    everybody ? undefined : collaboratorsOf(issue, context),
    formerNotices([NOTICES.quiet, NOTICES.upstream], issue, pull.createdAt, { github, said, signal }),
  ]);
  const aliases = versions.at(-1) ?? { path: rules.aliasesFile, before: undefined, after: undefined, patch: undefined };
  const examined = examine({ files: versions.slice(0, -1), aliases, aliasesChanged, deniedLabels: config.plugins.owners.labels_denylist });
  const link = config.prow.github.link_url.replace(/\/+$/, '');
  const shared = {
    aliasesFile: rules.aliasesFile, joinUrl: triggerFor(config.plugins, issue).join_org_url || `${link}/orgs/${org}/people`,
    linkTo: (path: string, line: number | undefined) => `${link}/${slug(issue)}/blob/${pull.headSha}/${path.split('/').map((part) => encodeURIComponent(part).replace(/[()]/g, (sign) => (sign === '(' ? '%28' : '%29'))).join('/')}${line === undefined ? '' : `#L${line}`}`,
  };
  const found: Found = examined.kind === 'aliases broken'
    ? { ...shared, aliases: 'broken', emptyAliases: [], problems: [], untrusted: [], leaks: [] }
    : {
      ...shared, aliases: 'fine', emptyAliases: examined.emptyAliases, problems: examined.problems, untrusted: everybody ? [] : await untrustedAmong(examined.added, issue, { collaborators, asked: why === 'asked' }, context),
      leaks: examined.closed.flatMap(({ path, file }) => { const why = leakOf(file, (aliases.after === undefined ? undefined : parseAliases(aliases.after)) ?? new Map(), collaborators); return why === undefined ? [] : [{ path, why }]; }),
    };
  return decideVerdict({ pull, found, labelled, former, style: config.plugins.comment_style });
}

/** Keeps invalid owners files, and owners who are strangers, from being merged. */
export const verifyOwners: Plugin<'verify-owners'> = {
  name: 'verify-owners',
  help: `Looks at the OWNERS and OWNERS_ALIASES files that a pull request changes, and keeps it from merging with the label \`${INVALID}\` where they cannot be read or name people who are not trusted.`,
  commands: {
    'verify-owners': { usage: '/verify-owners', about: 'Looks at the owners files again, for example once somebody has joined the organisation.', who: 'Anyone', examples: ['/verify-owners'], pattern: pattern('(?mi)^/verify-owners\\s*$') },
  },
  on: { pull_request: onPull, command: onCommand },
  describe({ plugins }, repo) {
    if (!repo) return '';
    const denied = plugins.owners.labels_denylist;
    return [
      denied.length === 0 ? 'OWNERS files may set any label.' : `OWNERS files may not set ${denied.map((label) => `\`${label}\``).join(', ')}.`,
      ...(names(plugins.owners.skip_collaborators, repo) ? ['Who is named is not checked.'] : ['New owners have to be trusted to start tests.']),
    ].join(' ');
  },
};
