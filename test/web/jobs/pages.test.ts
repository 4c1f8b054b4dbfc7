import { gunzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { dispositionOf, rangeOf, shownAs } from '../../../src/web/jobs/artifacts.js';
import { jobOf } from './fake.js';
import { openStand } from './stand.js';

const HOSTILE = '"><script>alert(1)</script>';
const html = { accept: 'text/html' };
const names = (text: string): readonly string[] => [...text.matchAll(/<tr id="j-([^"]+)"/g)].map(([, name = '']) => name);

test("the list shows jobs newest first, with state, links and counts; upstream's addresses lead to it", async () => {
  using stand = openStand();
  stand.put(jobOf('old', { at: 1, state: 'failure', status: { description: 'Pod got deleted' } }), jobOf('new', { at: 2, state: 'pending' }));
  const { text, status } = await stand.get('/jobs');
  expect(status).toBe(200);
  expect(names(text)).toEqual(['new', 'old']);
  for (const part of ['href="/job/new"', 'https://github.com/acme/shop/pull/7"', 'Pod got deleted', 'href="/log?job=old&amp;id=101"', '1 failure', '1 running', '2 jobs']) expect(text.replace(/<[/]?span[^>]*>/g, '')).toContain(part);
  expect(names((await stand.get('/?state=failure')).text)).toEqual(['old']);
  expect((await stand.get('/')).text).toContain('Merge pools');
  expect(names((await stand.get('/parts/jobs?job=n*')).text)).toEqual(['new']);
});

test('what strangers write is text, everywhere', async () => {
  using stand = openStand();
  const job = jobOf(`evil ${HOSTILE} ünï`, { name: 'evil', state: 'failure', status: { description: HOSTILE, build_id: '1' }, spec: { rerun_command: HOSTILE, cluster: HOSTILE, refs: { org: `a${HOSTILE}`, repo: 'r', base_ref: HOSTILE, base_link: 'javascript:alert(1)', pulls: [{ number: 1, author: HOSTILE, sha: HOSTILE, title: HOSTILE, link: 'javascript:alert(1)' }] } } });
  stand.put(job);
  stand.store(job, 'build-log.txt', `${HOSTILE}\nERROR: ${HOSTILE}\u001b[31m${HOSTILE}\n`);
  stand.store(job, `artifacts/${'"><img src=x>'.replaceAll('/', '_')}.txt`, 'x');
  stand.store(job, 'artifacts/junit_01.xml', '<testsuite><testcase name="&lt;script&gt;alert(1)&lt;/script&gt;"><failure message="&lt;script&gt;"/></testcase></testsuite>');
  const query = encodeURIComponent(HOSTILE);
  for (const path of ['/jobs', '/job/evil', '/parts/jobs', `/jobs?repo=${query}&job=${query}&state=${query}&before=${query}`, `/job/${query}`, `/view/gs/${query}`, '/view/prowjob/x/%3Cscript%3E']) {
    const { text } = await stand.get(path, html);
    expect([path, text.match(/<script(?! src="\/assets)|<img|javascript:/g)]).toEqual([path, null]);
  }
});

test('pages follow one another by a cursor', async () => {
  using stand = openStand();
  for (let n = 0; n < 250; n++) stand.put(jobOf(`job-${n}`, { at: n }));
  const seen: string[] = [];
  let path: string | undefined = '/jobs?type=presubmit';
  while (path !== undefined) {
    const { text } = await stand.get(path);
    seen.push(...names(text));
    path = /href="([^"]+)">Older jobs/.exec(text)?.[1]?.replaceAll('&amp;', '&');
  }
  expect(seen).toEqual(Array.from({ length: 250 }, (_, n) => `job-${249 - n}`));
});

test('/prowjobs.js: order, omissions, script, gzip, ETag', async () => {
  using stand = openStand();
  stand.put(jobOf('a', { at: 1, labels: { l: '</script>' } }), jobOf('b', { at: 2, spec: { pod_spec: { containers: [{ name: 'x', image: 'y' }] } } }), jobOf('c', { at: 9_000, org: 'other' }));
  const plain = await stand.get('/prowjobs.js');
  expect((JSON.parse(plain.text) as { items: { metadata: { name: string } }[] }).items.map(({ metadata }) => metadata.name)).toEqual(['c', 'b', 'a']);
  expect(plain.text).not.toContain('</script>');
  expect(plain.headers.get('content-type')).toContain('application/json');
  const script = await stand.get('/prowjobs.js?var=allBuilds&omit=labels,pod_spec&org=acme');
  expect(script.text).toMatch(/^var allBuilds = \{"items":\[.*\]\};$/s);
  expect(script.text).not.toMatch(/"labels"|"image"|"org":"other"/);
  expect((await stand.get('/prowjobs.js?var=a;b')).status).toBe(400);
  const zipped = await stand.app.request('/prowjobs.js', { headers: { 'accept-encoding': 'br, gzip' } });
  expect(gunzipSync(Buffer.from(await zipped.arrayBuffer())).toString()).toBe(plain.text);
  const etag = plain.headers.get('etag') ?? '';
  expect((await stand.get('/prowjobs.js', { 'if-none-match': etag })).status).toBe(304);
  stand.put(jobOf('d', { at: 10_000, version: 7 }));
  const next = await stand.get('/prowjobs.js', { 'if-none-match': etag });
  expect([next.status, (JSON.parse(next.text) as { items: unknown[] }).items.length]).toEqual([200, 4]);
});

test('an empty installation lists nothing, in every form', async () => {
  using stand = openStand();
  expect((await stand.get('/prowjobs.js')).text).toBe('{"items":[]}');
  expect((await stand.get('/jobs')).text).toContain('No job has run yet');
  expect(JSON.parse((await stand.get('/api/jobs')).text)).toEqual({ items: [], total: 0, states: {}, next: null });
  expect((await stand.get('/api/jobs?limit=x')).status).toBe(400);
});

test('a hidden job is nowhere: not listed, not by name, no log, no file', async () => {
  using stand = openStand({ hidden: ['secret'] });
  const hidden = jobOf('private', { org: 'secret', at: 5 });
  stand.put(hidden, jobOf('open', { at: 1 }));
  stand.store(hidden, 'build-log.txt', 'the secret\n');
  stand.log('private').write('the secret\n');
  const path = `file${stand.folderOf(hidden)?.replace('file://', '')}`;
  for (const one of ['/jobs', '/?repo=secret/shop', '/prowjobs.js', '/api/jobs', '/job/private', '/prowjob?prowjob=private', '/log?job=private&id=105', '/view/prowjob/private/105', `/view/${path}`, `/log/raw?src=${path}`, `/artifact?src=${path}&name=build-log.txt`, '/artifact?src=name/private&name=build-log.txt', `/api/logs?src=${path}`, '/log/live?src=name/private', '/rerun?prowjob=private']) {
    const { text, status } = await stand.get(one);
    // What was asked for may be repeated; what the job is may not be told.
    expect([one, text.includes('the secret'), names(text).includes('private'), text.includes('"org":"secret"')]).toEqual([one, false, false, false]);
    if (!/^\/(jobs|\?|prowjobs|api\/jobs)/.test(one)) expect([one, status]).toEqual([one, 404]);
  }
  // It is hidden still when only storage remembers it.
  stand.store(hidden, 'prowjob.json', JSON.stringify(hidden));
  stand.index.drop(hidden);
  expect((await stand.get(`/view/${path}`)).status).toBe(404);
  expect((await stand.get(`/artifact?src=${path}&name=build-log.txt`)).status).toBe(404);
});

test('/prowjob and GET /rerun are YAML; a missing name and an unknown one are told', async () => {
  using stand = openStand();
  stand.put(jobOf('unit'));
  const yaml = await stand.get('/prowjob?prowjob=unit');
  expect(yaml.headers.get('content-type')).toContain('text/plain');
  expect(yaml.text).toMatch(/^apiVersion: prow.k8s.io\/v1\nkind: ProwJob\nmetadata:\n/);
  expect((await stand.get('/rerun?prowjob=unit')).text).toMatch(/state: triggered/);
  expect([(await stand.get('/prowjob')).status, (await stand.get('/prowjob?prowjob=none')).status]).toEqual([400, 404]);
});

test('/log: from the pod while it runs, from storage afterwards', async () => {
  using stand = openStand();
  const job = jobOf('unit', { state: 'pending', at: 3 });
  stand.put(job);
  stand.log('unit').write('so far\n');
  const running = await stand.get('/log?job=unit&id=103');
  expect([running.status, running.text, running.headers.get('access-control-allow-origin')]).toEqual([200, 'so far\n', '*']);
  const ended = jobOf('unit', { at: 3, version: 2 });
  stand.put(ended);
  stand.store(ended, 'build-log.txt', 'so far\nand the rest\n');
  expect((await stand.get('/log?job=unit&id=103')).text).toBe('so far\nand the rest\n');
  expect((await stand.get('/log?job=unit')).text).toContain('id is missing');
  expect((await stand.get('/log?id=1')).status).toBe(400);
  expect((await stand.get('/log?job=unit&id=9')).status).toBe(404);
  expect((await stand.get('/log?job=unit&id=103&container=../x')).status).toBe(404);
});

test('a page of a run: times, reason, commands, failed tests, files, log with numbers and marks', async () => {
  using stand = openStand();
  const job = jobOf('unit', { state: 'failure', status: { description: 'Job failed.', build_id: '12' }, spec: { rerun_command: '/test unit' } });
  stand.put(job);
  stand.store(job, 'build-log.txt', 'one\n\u001b[32mtwo\u001b[0m\nERROR: three\n');
  stand.store(job, 'artifacts/junit_a.xml', '<testsuite name="s"><testcase name="adds"><failure message="1 is not 2">at line 3</failure></testcase><testcase name="b"/></testsuite>');
  stand.store(job, 'artifacts/report.html', '<script>1</script>');
  for (const path of ['/job/unit', '/view/prowjob/unit/12', `/view/file${stand.folderOf(job)?.replace('file://', '')}`]) {
    const { text, status } = await stand.get(path);
    expect([path, status]).toEqual([path, 200]);
    for (const part of ['Job failed.', '/test unit', 'prow job rerun unit', '1 failed, 1 passed', '1 is not 2', 'id="L1"', '<span class="f2">two</span>', 'class="l hit" id="L3"', '1 line says a failure', 'report.html', '1m5s']) expect([path, part, text.includes(part)]).toEqual([path, part, true]);
  }
});

test('a run that only storage remembers has its page', async () => {
  using stand = openStand();
  const job = jobOf('nightly', { state: 'success', status: { build_id: '77' } });
  stand.store(job, 'prowjob.json', JSON.stringify(job));
  stand.store(job, 'build-log.txt', 'fine\n');
  const { text, status } = await stand.get(`/view/file${stand.folderOf(job)?.replace('file://', '')}`);
  expect([status, text.includes('fine'), text.includes('success'), text.includes('prow job rerun')]).toEqual([200, true, true, false]);
});

test('addresses that are none, or lead out, are refused with a reason', async () => {
  using stand = openStand();
  for (const [path, status] of [['/view/gs/only', 400], ['/view/gs/b/x/1', 404], ['/view/file/etc/passwd/x', 404], ['/view/file/../../etc/x/1', 404], ['/job/none', 404], ['/view/gs/b/..%2f..%2fx/1', 400]] as const) {
    const answer = await stand.get(path, html);
    expect([path, answer.status]).toEqual([path, status]);
  }
  const job = jobOf('unit');
  stand.put(job);
  for (const name of ['../../x', '/etc/passwd', 'a//b', '', 'a\\b', '.', 'none.txt']) expect([name, [400, 404].includes((await stand.get(`/artifact?src=name/unit&name=${encodeURIComponent(name)}`)).status)]).toEqual([name, true]);
});

test('files are downloads or text, sandboxed, in ranges', async () => {
  using stand = openStand();
  const job = jobOf('unit');
  stand.put(job);
  stand.store(job, 'artifacts/ünï 100%#?.html', '<script>alert(1)</script>');
  stand.store(job, 'artifacts/out.txt', '0123456789');
  const page = (await stand.get('/job/unit')).text;
  const link = /href="(\/artifact[^"]+html)"/.exec(page)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const file = await stand.get(link);
  expect([file.status, file.text, file.headers.get('content-type'), file.headers.get('content-security-policy'), file.headers.get('x-content-type-options')]).toEqual([200, '<script>alert(1)</script>', 'application/octet-stream', expect.stringContaining('sandbox'), 'nosniff']);
  expect(file.headers.get('content-disposition')).toMatch(/^attachment; .*filename\*=UTF-8''%C3%BCn%C3%AF%20100%25%23%3F\.html$/);
  const at = '/artifact?src=name/unit&name=artifacts/out.txt';
  const part = await stand.get(at, { range: 'bytes=2-4' });
  expect([part.status, part.text, part.headers.get('content-range')]).toEqual([206, '234', 'bytes 2-4/10']);
  expect([(await stand.get(at, { range: 'bytes=-3' })).text, (await stand.get(at, { range: 'bytes=10-' })).status, (await stand.get(at, { range: 'nonsense' })).text]).toEqual(['789', 416, '0123456789']);
});

test.each<[header: string | undefined, size: number, want: unknown]>([
  [undefined, 10, 'whole'], ['bytes=0-', 10, { start: 0, end: 10 }], ['bytes=5-99', 10, { start: 5, end: 10 }], ['bytes=-99', 10, { start: 0, end: 10 }], ['bytes=4-2', 10, 'whole'], ['bytes=-0', 10, 'none'], ['bytes=0-', 0, 'none'], ['bytes=0-1,3-4', 10, 'whole'],
])('range %s of %d bytes', (header, size, want) => expect(rangeOf(header, size)).toEqual(want));

test('pages of tests, and pictures that can run, are never shown', () => {
  expect(['a.html', 'a.svg', 'a.htm', 'a.xhtml', 'a.pdf', 'a', 'a.js'].map((name) => shownAs(name).disposition)).toEqual(Array.from({ length: 7 }, () => 'attachment'));
  expect(shownAs('x.XML')).toEqual({ type: 'text/plain; charset=utf-8', disposition: 'inline' });
  expect(dispositionOf('a/b"\r\nX: \ud800.txt', 'inline')).toMatch(/^inline; filename="b[\w.-]*"; filename\*=UTF-8''[\w%.-]+$/);
});

test('running again and aborting is for the listener of administrators, and for nobody from elsewhere', async () => {
  using stand = openStand();
  stand.put(jobOf('unit', { at: 1, state: 'pending' }));
  const post = (path: string, headers: Record<string, string> = {}, body = '') => stand.admin.request(path, { method: 'POST', headers: { host: '127.0.0.1:9', 'content-type': 'application/x-www-form-urlencoded', ...headers }, body });
  expect((await stand.app.request('/rerun?prowjob=unit', { method: 'POST' })).status).toBe(405);
  expect((await stand.app.request('/abort?prowjob=unit', { method: 'POST' })).status).toBe(405);
  expect((await post('/rerun?prowjob=unit', { host: 'evil.example' })).status).toBe(421);
  expect((await post('/abort?prowjob=unit', { origin: 'https://evil.example' })).status).toBe(403);
  expect((await post('/abort?prowjob=unit', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect(stand.index.size).toBe(1);
  const page = await stand.admin.request('/job/unit', { headers: { host: '127.0.0.1:9' } });
  expect(await page.text()).toContain('Run again');
  const first = await post('/rerun?prowjob=unit', { accept: 'text/html', origin: 'http://127.0.0.1:9' }, 'nonce=n1');
  expect(first.status).toBe(303);
  await post('/rerun?prowjob=unit', {}, 'nonce=n1');
  expect(stand.index.size).toBe(2);
  const made = stand.index.list().find(({ metadata }) => metadata.name !== 'unit');
  expect([first.headers.get('location'), made?.spec.job, made?.status.state, made?.status.description]).toEqual([`/job/${made?.metadata.name}`, 'unit', 'triggered', 'Run again of unit, by an administrator.']);
  expect((await post('/abort?prowjob=unit')).status).toBe(200);
  expect(stand.index.get('ns', 'unit')?.status.state).toBe('aborted');
  const twice = await post('/abort?prowjob=unit');
  expect([twice.status, await twice.text()]).toEqual([400, 'A job that is aborted cannot be aborted.\n']);
  expect([(await post('/rerun')).status, (await post('/rerun?prowjob=none')).status]).toEqual([400, 404]);
});

test('a dry installation creates and ends nothing', async () => {
  using stand = openStand({ mode: 'dry' });
  stand.put(jobOf('unit', { state: 'pending' }));
  for (const path of ['/rerun?prowjob=unit', '/abort?prowjob=unit']) expect((await stand.admin.request(path, { method: 'POST', headers: { host: 'localhost:1' } })).status).toBe(403);
  expect(stand.index.list().map(({ status }) => status.state)).toEqual(['pending']);
});

test('where buckets are checked, unknown ones are refused before anything is read', async () => {
  using stand = openStand({ deck: { skip_storage_path_validation: false, additional_allowed_buckets: ['good'] } });
  const answer = await stand.get('/view/gs/bad/logs/x/1');
  expect([answer.status, answer.text]).toEqual([403, 'Runs in the bucket "bad" are not shown here.\n']);
});
