import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { CHROMIUM, VIEWS, hasChromium, openBrowser, sideways } from '../support/browser.js';
import { receiver } from '../support/receiver.js';
import { slug, startWorld } from '../world/world.js';

const name = hasChromium ? 'commands and plugins in a browser' : `commands and plugins in a browser (skipped: there is no ${CHROMIUM})`;
const when = hasChromium ? describe : describe.skip;
const shots = process.env.PROW_SCREENSHOTS;
const LONG = 'a_word_that_goes_on_and_on_without_any_place_to_break_it_'.repeat(4);

when(name, () => {
  test('they can be read wide and narrow, light and dark, without scripts, and lead to one another', async () => {
    await using tea = await receiver(({ path }) => (path === '/help' ? { json: { Description: `Serves <b>tea</b>. ${LONG}`, Commands: [{ Usage: `/tea ${LONG}`, Featured: true, Description: 'Pours.', Examples: ['/tea', `/tea ${LONG}`], WhoCanUse: 'Whoever is thirsty' }] } } : 200));
    await using world = await startWorld({ plugins: `plugins:\n  ${slug}:\n    plugins: [hold, lgtm, trigger]\nexternal_plugins:\n  acme:\n  - {name: tea, endpoint: "${tea.url}"}\n` });
    for (const view of VIEWS) {
      await using browser = await openBrowser(view);
      const page = await browser.page();
      const errors: string[] = [];
      page.on('pageerror', (error) => { errors.push(error.message); });
      page.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()); });
      for (const path of ['command-help', 'plugins']) {
        await page.goto(`${world.url}/${path}?repo=${encodeURIComponent(slug)}`);
        if (path === 'plugins') for (const details of await page.locator('details').all()) await details.locator('summary').click();
        if (shots) await page.screenshot({ path: join(shots, `${path}-${view.width}-${view.scheme}.png`), fullPage: true });
        expect([path, await sideways(page)]).toEqual([path, 0]);
      }
      expect(errors).toEqual([]);
    }
    await using browser = await openBrowser({ width: 1280, scheme: 'light' });
    // Without scripts: the form and the links do everything.
    const still = await browser.context.browser()?.newContext({ javaScriptEnabled: false }) ?? browser.context;
    const page = await still.newPage();
    await page.goto(world.url);
    await page.click('nav >> text=Commands');
    await page.selectOption('select[name=repo]', slug);
    await page.click('button:text-is("Show")');
    expect(new URL(page.url()).searchParams.get('repo')).toBe(slug);
    const usages = await page.locator('tbody tr a.usage').allTextContents();
    expect(usages).toEqual(expect.arrayContaining(['/hold [cancel]', '/retest', `/tea ${LONG}`]));
    expect(usages).not.toContain('/help');
    await page.click('tr#tea >> text=tea >> nth=-1');
    expect(new URL(page.url()).hash).toBe('#tea');
    expect(await page.locator('#tea').textContent()).toContain('Serves tea.');
  }, 120_000);
});
