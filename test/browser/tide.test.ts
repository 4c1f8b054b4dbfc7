import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { silentLog } from '../../src/core/ports/log.js';
import type { FeedItem } from '../../src/core/ports/feed.js';
import type { PoolPull, PoolView, Reason } from '../../src/core/ports/tide.js';
import { createWeb } from '../../src/web/app.js';
import { listen } from '../../src/web/listen.js';
import { CHROMIUM, VIEWS, hasChromium, openBrowser, sideways } from '../support/browser.js';

const name = hasChromium ? 'pages about merging in a browser' : `pages about merging in a browser (skipped: there is no ${CHROMIUM})`;
const when = hasChromium ? describe : describe.skip;
const shots = process.env.PROW_SCREENSHOTS;
const NOW = Date.UTC(2030, 0, 1, 12);
const MIN = 60_000;
const LONG = `a_name_${'that_does_not_break_'.repeat(6)}end`;

const label: Reason = { kind: 'label_missing', text: 'Needs the label lgtm', clearedBy: 'a reviewer with /lgtm', since: undefined };
const red: Reason = { kind: 'context_failing', text: `The check ${LONG} has failed: it ended with failure`, clearedBy: `the check \`${LONG}\`, run again or after a fix`, since: NOW - 7 * MIN, url: 'https://ci.example/1' };
const runs: Reason = { kind: 'context_pending', text: 'pull-shop-unit runs on main at 9f3ab12 (batch of #41 and #43)', clearedBy: 'the job, once it has finished', since: undefined };
const refused: Reason = { kind: 'refused', text: 'GitHub refused to merge: Repository rule violations found\n\nCommits must have verified signatures.', clearedBy: 'the author, with signed commits; Tide tries again later', since: NOW - 2 * MIN, url: 'https://github.com/acme/shop/pull/44' };
const pull = (number: number, title: string, more: Partial<PoolPull> = {}): PoolPull => ({ number, title, author: 'nora', url: `https://github.com/acme/shop/pull/${number}`, headSha: 'a1b2c3d4'.repeat(5), headRef: `patch-${number}`, state: 'waiting', reasons: [label], ...more });
const pool: PoolView = {
  org: 'acme', repo: 'shop', branch: 'main', baseSha: '9f3ab12c'.repeat(5), at: NOW - 5_000, action: 'WAIT', target: [], batchPending: [41, 43], blockers: [], error: undefined,
  pulls: [
    pull(41, 'Read prices once, and keep them for the whole request', { state: 'pending', reasons: [runs], queue: { place: 1, of: 3, behind: undefined }, merge: { from: NOW + 6 * MIN, to: NOW + 16 * MIN, basis: 'runs', count: 20 } }),
    pull(43, 'Round to cents', { state: 'pending', reasons: [runs], queue: { place: 2, of: 3, behind: 41 }, merge: { from: NOW + 6 * MIN, to: NOW + 16 * MIN, basis: 'runs', count: 20 } }),
    pull(40, 'Say what a basket costs', {
      state: 'ready', queue: { place: 3, of: 3, behind: 43 }, merge: { from: NOW + 12 * MIN, to: NOW + 25 * MIN, basis: 'runs', count: 20 },
      reasons: [{ kind: 'queue', text: 'It is number 3 in line, behind #43', clearedBy: 'Tide, which merges one at a time or what was tested together', since: undefined }, { kind: 'batch', text: '#41 and #43 are being tested together on main at 9f3ab12; a merge now would void that', clearedBy: 'the batch, once it has finished', since: undefined }],
    }),
    pull(44, `A title ${LONG}`, { reasons: [refused, label, red, { kind: 'draft', text: 'PR is a draft', clearedBy: 'the author, with "Ready for review"', since: undefined }, { kind: 'blocker', text: 'Merging is blocked by issue #39 (The till is on fire)', clearedBy: 'whoever closes that issue', since: undefined, url: 'https://github.com/acme/shop/issues/39' }] }),
    pull(45, 'Tidy up'),
  ],
};
const release: PoolView = { ...pool, branch: 'release-1.4', action: 'BLOCKED', batchPending: [], pulls: [pull(51, 'Backport the rounding')], blockers: [{ number: 39, title: 'The till is on fire', url: 'https://github.com/acme/shop/issues/39' }], error: '#51: GitHub refused the merge' };

/** Pages about these branches; `change` tells open pages that there is news. */
async function stand() {
  const known = { pools: [pool, release] };
  const heard = new Set<(item: FeedItem) => void>();
  const { app, declareReady } = createWeb({
    webhookPath: '/hook', hook: undefined, events: { recent: async () => [] }, tide: { pools: async () => known.pools, merges: async () => [] },
    feed: {
      publish() {},
      async *subscribe({ signal }) {
        while (!signal.aborted) yield await new Promise<FeedItem>((resolve) => { heard.add(resolve); signal.addEventListener('abort', () => { resolve({ topic: 'pool', key: '', at: NOW, text: '' }); }); });
      },
    },
    help: async () => ({ AllRepos: [], RepoPlugins: {}, RepoExternalPlugins: {}, PluginHelp: {}, ExternalPluginHelp: {} }), inRepo: () => undefined, tideJson: async () => ({}), tideHistory: async () => new Map(),
    tideQueries: () => ({ Queries: ['is:pr label:"lgtm"', 'is:pr'], TideQueries: [{ repos: ['acme/shop', LONG], labels: ['lgtm', 'approved'], missingLabels: ['do-not-merge/hold', 'needs-ok-to-test'], reviewApprovedRequired: true }, { orgs: ['acme'], excludedBranches: ['release-1.4'] }] }), checks: [], remarks: [], linkUrl: () => 'https://github.com', adminUrl: undefined, clock: { now: () => NOW }, log: silentLog,
  });
  declareReady();
  const server = await listen(app, 0, '127.0.0.1');
  return {
    url: `http://127.0.0.1:${server.port}`,
    change(pools: readonly PoolView[]) { known.pools = [...pools]; for (const tell of heard) tell({ topic: 'pool', key: 'acme/shop@main', at: NOW, text: 'changed' }); heard.clear(); },
    [Symbol.asyncDispose]: () => server.close(500),
  };
}

when(name, () => {
  test.each(VIEWS)('nothing scrolls sideways at $width px, $scheme', async (view) => {
    await using busy = await stand();
    await using browser = await openBrowser(view);
    const page = await browser.page();
    const errors: string[] = [];
    page.on('pageerror', (error) => { errors.push(error.message); });
    page.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()); });
    for (const [file, path] of [['tide', '/tide'], ['pr', '/pr?org=acme&repo=shop&number=44'], ['pr-queue', '/pr?org=acme&repo=shop&number=40'], ['pr-search', '/pr?query=author:nora'], ['pr-none', '/pr?query=nothing']] as const) {
      await page.goto(`${busy.url}${path}`);
      if (shots) await page.screenshot({ path: join(shots, `${file}-${view.width}-${view.scheme}.png`), fullPage: true });
      expect([file, await sideways(page)]).toEqual([file, 0]);
    }
    expect(errors).toEqual([]);
  }, 60_000);

  test('an open page follows what Tide decides, without a reload, and a search finds it', async () => {
    await using busy = await stand();
    await using browser = await openBrowser({ width: 1280, scheme: 'light' });
    const page = await browser.page();
    await page.goto(`${busy.url}/pr`);
    await page.fill('input[name=query]', 'repo:acme/shop tidy');
    await page.click('button:text-is("Search")');
    await page.waitForSelector('text=a reviewer with /lgtm');
    await page.evaluate("window.loaded = 'once'");
    await page.waitForFunction("document.querySelector('[data-sign]').textContent === 'live'");
    busy.change([{ ...pool, pulls: [pull(45, 'Tidy up', { state: 'merging', reasons: [] })] }]);
    await page.waitForSelector('text=It is being merged.');
    expect(await page.textContent('main')).not.toContain('/lgtm');
    expect(await page.evaluate('window.loaded')).toBe('once');
  }, 60_000);
});
