import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { CHROMIUM, VIEWS, hasChromium, openBrowser, sideways } from '../support/browser.js';
import { slug, startWorld, type StoryWorld } from '../world/world.js';

const name = hasChromium ? 'pages in a browser' : `pages in a browser (skipped: there is no ${CHROMIUM})`;
const when = hasChromium ? describe : describe.skip;
const LONG = `A very long title ${'without_any_place_to_break_it_'.repeat(6)}end`;
const shots = process.env.PROW_SCREENSHOTS;

/** Keeps a picture where PROW_SCREENSHOTS names a folder. */
const shoot = async (page: Page, file: string): Promise<void> => { if (shots) await page.screenshot({ path: join(shots, `${file}.png`), fullPage: true }); };

/** A pull request with everything on it. */
async function busyWorld(): Promise<StoryWorld> {
  const world = await startWorld();
  const number = await world.open({ title: LONG, files: { 'src/shop.js': 'broken\n' } });
  world.comment('ada', number, `Look at \`src/shop.js\`, ${'or_at_something_that_cannot_be_broken_'.repeat(5)}\n\n> quoted\n\n- one\n- two\n\n<script>document.title = 'owned'</script>`);
  world.comment('ada', number, '/hold');
  world.comment('mallory', number, '/lgtm');
  await world.settled(number);
  return world;
}

when(name, () => {
  test.each(VIEWS)('nothing scrolls sideways at $width px, $scheme', async (view) => {
    await using world = await busyWorld();
    await using browser = await openBrowser(view);
    const page = await browser.page();
    const errors: string[] = [];
    page.on('pageerror', (error) => { errors.push(error.message); });
    page.on('console', (message) => { if (message.type() === 'error') errors.push(message.text()); });
    for (const [file, url] of [['front', world.url], ['pull', `${world.github.url}/${slug}/pull/1`], ['pulls', `${world.github.url}/${slug}/pulls`], ['repositories', `${world.github.url}/-/`]] as const) {
      await page.goto(url);
      await shoot(page, `${file}-${view.width}-${view.scheme}`);
      expect([file, await sideways(page)]).toEqual([file, 0]);
    }
    expect(errors).toEqual([]);
  }, 60_000);

  test("somebody's comment leads to the bot's label, without a reload", async () => {
    await using world = await startWorld({ pulls: 1 });
    await world.settled(1);
    await using browser = await openBrowser({ width: 1280, scheme: 'light' });
    const front = await browser.page();
    await front.goto(world.url);
    await front.evaluate("window.loaded = 'once'");
    const page = await browser.page();
    await page.goto(`${world.github.url}/${slug}/pull/1`);
    await page.selectOption('#as', 'ada');
    await page.click('text=Change');
    await page.waitForSelector('text=Comment as ada');
    await page.fill('#body', '/hold');
    await page.click('button:text-is("Comment")');
    await page.waitForURL(/#issuecomment-/);
    await page.evaluate("window.loaded = 'once'");
    await page.waitForSelector('[data-label="do-not-merge/hold"]');
    expect(await page.evaluate('window.loaded')).toBe('once');
    await front.bringToFront();
    await front.waitForSelector('text=Must not have the label do-not-merge/hold');
    expect(await front.evaluate('window.loaded')).toBe('once');
    await world.settled(1);
  }, 60_000);

  test('what strangers write is text', async () => {
    await using world = await busyWorld();
    await using browser = await openBrowser({ width: 1280, scheme: 'light' });
    const page = await browser.page();
    await page.goto(`${world.github.url}/${slug}/pull/1`);
    expect(await page.title()).not.toBe('owned');
    expect(await page.textContent('[aria-label="Conversation"]')).toContain("<script>document.title = 'owned'</script>");
  }, 60_000);
});
