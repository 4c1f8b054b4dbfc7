import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { listen } from '../../src/web/listen.js';
import { CHROMIUM, VIEWS, hasChromium, openBrowser, sideways } from '../support/browser.js';
import { jobOf } from '../web/jobs/fake.js';
import { openStand } from '../web/jobs/stand.js';

const name = hasChromium ? 'pages of jobs in a browser' : `pages of jobs in a browser (skipped: there is no ${CHROMIUM})`;
const when = hasChromium ? describe : describe.skip;
const shots = process.env.PROW_SCREENSHOTS;
const shoot = async (page: Page, file: string): Promise<void> => { if (shots) await page.screenshot({ path: join(shots, `${file}.png`) }); };
const LONG = `a_name_${'that_does_not_break_'.repeat(6)}end`;
const E = '\u001b';

/** Jobs of every kind and state, one of them with results. */
async function busyStand() {
  const stand = openStand({ now: Date.now });
  const start = Math.floor((Date.now() - Date.UTC(2026, 0, 1)) / 1_000);
  const title = 'Read prices once, and keep them for the whole request';
  const pull = (number: number, more: object = {}) => ({ refs: { org: 'acme', repo: 'shop', base_ref: 'main', base_sha: 'b'.repeat(40), pulls: [{ number, author: 'nora', sha: 'a1b2c3d4'.repeat(5), title }] }, rerun_command: '/test unit', ...more });
  const failed = jobOf('pull-shop-unit', { name: 'failed', at: start - 700, state: 'failure', spec: pull(7), status: { description: 'Job failed.', pendingTime: new Date(Date.now() - 690_000).toISOString() } });
  stand.put(
    failed, jobOf('pull-shop-lint', { at: start - 60, state: 'pending', spec: pull(7), status: { description: 'Job is running.', pendingTime: new Date(Date.now() - 55_000).toISOString() } }), jobOf('pull-shop-e2e', { at: start - 20, state: 'triggered', spec: pull(8) }),
    jobOf('post-shop-publish', { at: start - 3_000, type: 'postsubmit', state: 'success', spec: { refs: { org: 'acme', repo: 'shop', base_ref: 'main', base_sha: 'b'.repeat(40) } } }),
    jobOf('ci-shop-nightly', { at: start - 90_000, type: 'periodic', state: 'error', spec: { refs: undefined, extra_refs: [{ org: 'acme', repo: 'infra', base_ref: 'main' }] }, status: { description: 'Pod scheduling timeout: 0/3 nodes are available, 3 Insufficient memory.' } }),
    jobOf('pull-shop-unit', { name: 'batch', at: start - 4_000, type: 'batch', pulls: [7, 8, 9], state: 'aborted', status: { description: 'Aborted as the newer version of this job is running.' } }),
    jobOf(LONG, { name: 'long', at: start - 5_000, spec: pull(9), status: { description: LONG } }),
    ...Array.from({ length: 60 }, (_, n) => jobOf(['pull-shop-unit', 'pull-shop-lint', 'pull-shop-e2e'][n % 3] ?? '', { name: `more-${n}`, at: start - 9_000 - n * 400, state: n % 5 === 0 ? 'failure' : 'success', spec: pull(n), status: n % 5 === 0 ? { description: 'Job failed.' } : {} })),
  );
  stand.store(failed, 'build-log.txt', [
    '+ npm test', `${E}[1m${E}[36m> shop@1.0.0 test${E}[0m`, '', `${E}[32m  ✓${E}[0m reads a price (3 ms)`, ...Array.from({ length: 700 }, (_, n) => `${E}[90m[${n}]${E}[0m GET /prices/${n} ${n % 9 === 0 ? `${E}[33m304${E}[0m` : `${E}[32m200${E}[0m`} in ${n % 17} ms`),
    `${E}[31m  ✗ keeps a price${E}[0m`, `ERROR: expected 12 requests, saw ${E}[1;31m13${E}[0m`, `    at Object.<anonymous> (${LONG}.js:12:5)`, `${E}[38;5;208mcoverage 81.2 %${E}[0m`, '--- FAIL: prices (0.02s)', 'exit status 1',
  ].join('\n'));
  stand.store(failed, 'artifacts/junit_unit.xml', '<testsuites><testsuite name="prices"><testcase classname="prices" name="keeps a price for the whole request" time="0.02"><failure message="expected 12 requests, saw 13">Error: expected 12 requests, saw 13\n    at Object.&lt;anonymous&gt; (test/prices.test.js:12:5)</failure></testcase><testcase name="reads a price" time="0.003"/></testsuite></testsuites>');
  for (const file of ['started.json', 'finished.json', 'prowjob.json', 'artifacts/coverage/index.html', 'artifacts/coverage/lcov.info', `artifacts/${LONG}.txt`]) stand.store(failed, file, '{}');
  const log = stand.log('pull-shop-lint');
  log.write(`+ eslint .\n${E}[33mwarning${E}[0m  one thing\n`);
  const server = await listen(stand.app, 0, '127.0.0.1');
  const admin = await listen(stand.admin, 0, '127.0.0.1');
  return {
    stand, log, start, pull, url: `http://127.0.0.1:${server.port}`, adminUrl: `http://127.0.0.1:${admin.port}`,
    async [Symbol.asyncDispose]() { await server.close(500); await admin.close(500); stand[Symbol.dispose](); },
  };
}

when(name, () => {
  test.each(VIEWS)('nothing scrolls sideways at $width px, $scheme', async (view) => {
    await using busy = await busyStand();
    await using browser = await openBrowser(view);
    const page = await browser.page();
    const errors: string[] = [];
    page.on('pageerror', (error) => { errors.push(error.message); });
    page.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()); });
    for (const [file, url] of [['jobs', `${busy.url}/jobs`], ['job', `${busy.url}/job/failed`], ['job-log', `${busy.url}/job/failed#L706`], ['running', `${busy.url}/job/pull-shop-lint`], ['admin', `${busy.adminUrl}/job/pull-shop-lint`], ['none', `${busy.url}/jobs?job=nothing`]] as const) {
      await page.goto(url);
      await page.waitForLoadState('load');
      await shoot(page, `${file}-${view.width}-${view.scheme}`);
      expect([file, await sideways(page)]).toEqual([file, 0]);
    }
    expect(errors).toEqual([]);
  }, 60_000);

  test('a new job shows by itself; filter, scrolling and focus stay', async () => {
    await using busy = await busyStand();
    await using browser = await openBrowser({ width: 1280, scheme: 'light' });
    const page = await browser.page();
    await page.goto(`${busy.url}/jobs?type=presubmit`);
    await page.locator('[data-sign]', { hasText: 'live' }).waitFor();
    await page.fill('input[name=author]', 'half typed');
    await page.evaluate("window.loaded = 'once'; document.querySelector('#j-more-30').scrollIntoView({ block: 'center' }); window.row = document.querySelector('#j-more-30'); window.at = window.row.getBoundingClientRect().top");
    busy.stand.put(jobOf('pull-shop-new', { name: 'new', at: busy.start + 1, state: 'triggered', spec: busy.pull(11) }), jobOf('other', { name: 'other', type: 'periodic', at: busy.start + 2 }));
    await page.waitForSelector('#j-new', { state: 'attached' });
    expect(await page.evaluate("[window.loaded, document.querySelector('#j-other'), window.row === document.querySelector('#j-more-30'), Math.abs(window.row.getBoundingClientRect().top - window.at) < 3, document.querySelector('input[name=author]').value]")).toEqual(['once', null, true, true, 'half typed']);
    busy.stand.put(jobOf('pull-shop-new', { name: 'new', at: busy.start + 1, version: 2, state: 'success', spec: busy.pull(11) }));
    await page.locator('#j-new .state', { hasText: 'success' }).waitFor({ state: 'attached' });
  }, 60_000);

  test('the log of a running job is followed to its end, and the page says how it went', async () => {
    await using busy = await busyStand();
    await using browser = await openBrowser({ width: 1280, scheme: 'light' });
    const page = await browser.page();
    await page.goto(`${busy.url}/job/pull-shop-lint`);
    await page.locator('[data-follow-note]', { hasText: 'following' }).waitFor();
    busy.log.write("<img src=x onerror=document.title='owned'>\nERROR: one thing\n");
    await page.waitForSelector('#L4.hit');
    expect(await page.textContent('.log')).toContain('<img src=x');
    busy.stand.put(jobOf('pull-shop-lint', { at: busy.start - 60, version: 9, state: 'failure', status: { description: 'Job failed.' } }));
    busy.log.end();
    await page.waitForSelector('text=the log has ended');
    await page.locator('#job .state', { hasText: 'failure' }).waitFor();
    expect(await page.title()).toBe('pull-shop-lint – Prow');
    expect(await page.locator('.log .l').count()).toBe(4);
  }, 60_000);

  test('lines far away are reached by their address, and earlier ones by a click', async () => {
    await using busy = await busyStand();
    await using browser = await openBrowser({ width: 1280, scheme: 'dark' });
    const page = await browser.page();
    await page.goto(`${busy.url}/job/failed#L3`);
    await page.waitForSelector('#L3.picked');
    await page.goto(`${busy.url}/job/failed`);
    expect(await page.locator('#L1').count()).toBe(0);
    await page.click('text=Earlier lines');
    await page.waitForSelector('#L1', { state: 'attached' });
    expect(await page.locator('.log .l').count()).toBe(710);
  }, 60_000);

  test('filters work, with JavaScript and as a form alone; an administrator runs a job again by a click', async () => {
    await using busy = await busyStand();
    await using browser = await openBrowser({ width: 1280, scheme: 'light' });
    const page = await browser.page();
    await page.goto(`${busy.url}/jobs`);
    await page.selectOption('select[name=state]', 'error');
    await page.waitForURL(/\/jobs\?state=error$/);
    expect(await page.locator('#rows tr').count()).toBe(1);
    await page.goto(`${busy.adminUrl}/job/failed`);
    await page.click('text=Run again');
    await page.waitForURL(/\/job\/[0-9a-f-]{36}$/);
    expect(await page.textContent('#job .state')).toContain('triggered');
  }, 60_000);
});
