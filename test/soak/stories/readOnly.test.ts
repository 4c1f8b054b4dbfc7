import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { start } from '../../../src/main.js';
import { startKubeProxy } from '../../support/kubeProxy.js';
import { eventually } from '../../support/redis.js';
import { outsider } from '../../world/outsider.js';
import { slug, startWorld } from '../../world/world.js';

const READ = ['get', 'list', 'watch'];

test('a web process that may only read shows the log of a running job as it grows', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'prow-read-only-'));
  const gate = join(dir, 'go-on');
  try {
    const script = `echo first line; while [ ! -e ${gate} ]; do sleep 0.05; done; echo last line`;
    const jobs = `postsubmits:\n  ${slug}:\n  - name: publish\n    spec: {containers: [{image: alpine, command: [sh, -c, "${script}"]}]}\n`;
    await using world = await startWorld({ jobs, kubelet: 'local', settings: { role: 'all' } });
    // What the chart gives to the account of the web, and no more.
    await using proxy = await startKubeProxy(world.kubeconfigPath, ({ verb, resource }) => (resource === 'pods/log' ? verb === 'get' : READ.includes(verb) && ['prowjobs', 'pods'].includes(resource)));
    const lines: string[] = [];
    const web = await start({ ...world.settings, role: 'web', kubeconfig: proxy.kubeconfig(join(dir, 'kubeconfig'), 'default') }, { write: (line) => { lines.push(line); } });
    const ended = new AbortController();
    try {
      using them = outsider(world.kubeconfigPath);
      await world.as('ada').push(slug, { branch: 'main', files: { 'README.md': 'pushed\n' } });
      const job = await eventually('the job to run', async () => (await them.jobs()).find(({ status }) => status.state === 'pending'));
      const address = `http://127.0.0.1:${web.port ?? 0}/log/live?src=${encodeURIComponent(`name/${job.metadata.name}`)}`;
      const answer = await eventually('the page', async () => { const found = await fetch(address, { signal: ended.signal }); return found.ok && found.body ? found : undefined; });
      let seen = '';
      const reading = (async () => { for await (const chunk of answer.body as AsyncIterable<Uint8Array>) seen += Buffer.from(chunk).toString(); })();
      await eventually('the first line', () => seen.includes('first line'));
      expect(seen).not.toContain('last line');
      writeFileSync(gate, '');
      await eventually('the last line and the end', () => seen.includes('last line') && seen.includes('event: end'));
      await reading;
      expect(proxy.refused).toEqual([]);
      expect(lines.filter((line) => line.includes('cannot be used'))).toEqual([]);
    } finally {
      ended.abort();
      await web.stop();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  }
});

test('a worker that may not create pods says so, and its jobs wait', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'prow-refused-'));
  let mayCreate = false;
  const proxies: Awaited<ReturnType<typeof startKubeProxy>>[] = [];
  try {
    await using world = await startWorld({
      jobs: `postsubmits:\n  ${slug}:\n  - name: publish\n    spec: {containers: [{image: alpine, command: [sh]}]}\n`,
      async kubeconfig(own) {
        const proxy = await startKubeProxy(own, ({ verb, resource }) => mayCreate || !(verb === 'create' && resource === 'pods'));
        proxies.push(proxy);
        return proxy.kubeconfig(join(dir, 'kubeconfig'), 'default');
      },
    });
    using them = outsider(world.kubeconfigPath);
    await world.as('ada').push(slug, { branch: 'main', files: { 'README.md': 'pushed\n' } });
    await eventually('the ProwJob', async () => (await them.jobs()).length === 1);
    await eventually('the reason', () => world.logged('this installation may not create pods in namespace default').length > 0);
    expect((await them.jobs()).map(({ status }) => status.state)).toEqual(['triggered']);
    expect(await them.pods()).toEqual([]);
    mayCreate = true;
    await eventually('the job to run', async () => (await them.jobs()).every(({ status }) => status.state === 'success'));
  } finally {
    for (const proxy of proxies) await proxy[Symbol.asyncDispose]();
    rmSync(dir, { recursive: true, force: true, maxRetries: 3 });
  }
});
