import { describe, expect, test } from '@jest/globals';
import { loadConfig } from '../../src/config/load.js';
import { everyJob } from '../../src/jobs/pod/all.js';
import { DATA, INSTALLATIONS, comparable, goldenLines, haveGolden } from './pod/golden.js';

const sample = {
  baseRef: 'main', baseSha: 'a'.repeat(40), pull: { number: 7, author: 'contributor', sha: 'b'.repeat(40), head_ref: 'feature' },
  name: '00000000-0000-4000-8000-000000000000', buildId: '1700000000000000000', startTime: 1_700_000_000_000,
};

describe('against the golden ProwJobs and pods', () => {
  if (!haveGolden) {
    test(`the golden data is not here (${DATA}), nothing is compared`, () => { expect(haveGolden).toBe(false); });
    return;
  }
  test.each(INSTALLATIONS)('every job of $name is equal, key by key', async ({ name, configPath, jobConfigPath, pluginConfigPath }) => {
    const root = `${DATA}${name}/`;
    const { snapshot } = await loadConfig({ configPath: root + configPath, jobConfigPath: root + jobConfigPath, pluginConfigPath: root + pluginConfigPath });
    const at = (line: Readonly<Record<string, unknown>>) => [line['type'], line['repo'], line['index']].join(' ');
    const made = new Map([...everyJob(snapshot, sample)].map((line) => [at({ ...line }), line]));
    const golden = goldenLines(name);
    expect(golden.length).toBeGreaterThan(10);
    for (const want of golden) {
      const found = made.get(at(want));
      expect(comparable(found && { ...found, source: found.source.slice(root.length) })).toEqual(comparable(want));
    }
    for (const line of made.values()) expect(line.pod?.spec['containers']).not.toHaveLength(0);
  }, 120_000);
});
