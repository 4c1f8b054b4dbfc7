import { expect, test } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { slug, startWorld } from './world.js';

test('what Tide merged is told by its page and its JSON, and kept in the history file', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'prow-history-'));
  const file = join(dir, 'history.json');
  {
    await using world = await startWorld({ pulls: 1, settings: { history: { uri: `file://${file}`, maxRecords: 10 } } });
    world.comment('ben', 1, '/lgtm');
    world.comment('ada', 1, '/approve');
    expect(await world.settled(1)).toMatchObject({ merged: true });
    const { History } = (await (await fetch(`${world.url}/tide-history.js`)).json()) as { History: Record<string, { action: string; target: { number: number }[] }[]> };
    expect(Object.keys(History)).toEqual([`${slug}:main`]);
    expect(History[`${slug}:main`]?.map(({ action, target }) => [action, target.map(({ number }) => number)])).toEqual([['MERGE', [1]]]);
    const page = await (await fetch(`${world.url}/tide-history?repo=${slug}`)).text();
    expect(page).toContain('#1</a>');
    expect(await (await fetch(`${world.url}/tide-history?branch=%3Cscript%3E`)).text()).toContain('Nothing was tested or merged here.');
  }
  // Kept at the latest when the process ends.
  expect(existsSync(file)).toBe(true);
  expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')) as object)).toEqual([`${slug}:main`]);
  rmSync(dir, { recursive: true, force: true });
});
