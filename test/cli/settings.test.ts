import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { UsageError } from '../../src/cli/flags.js';
import { readSettings } from '../../src/cli/settings.js';

const dir = mkdtempSync(join(tmpdir(), 'prow-settings-'));
const file = (name: string) => { const path = join(dir, name); writeFileSync(path, 'x'); return path; };
const [config, plugins, hmac, key, token] = ['config.yaml', 'plugins.yaml', 'hmac', 'key.pem', 'token'].map(file) as [string, string, string, string, string];
afterAll(() => { rmSync(dir, { recursive: true, force: true }); });

const app = ['--github-app-id=1', `--github-app-private-key-path=${key}`];
const base = [`--config-path=${config}`, `--plugin-config=${plugins}`, `--hmac-secret-file=${hmac}`];

test('the least that is needed gives upstream\'s defaults, but acts', () => {
  const settings = readSettings([...base, ...app], {});
  expect(settings).toMatchObject({ port: 8888, metricsPort: 9090, mode: 'act', role: 'all', webhookPath: '/hook', github: { endpoints: ['https://api.github.com'], auth: { kind: 'app', appId: '1', keyPath: key } } });
  expect([...settings.components]).toContain('tide');
});

test('a token instead of an App, a dry run, and components', () => {
  const settings = readSettings([...base, `--github-token-path=${token}`, '--dry-run', '--components=hook,tide'], {});
  expect(settings).toMatchObject({ mode: 'dry', github: { auth: { kind: 'token', tokenPath: token } } });
  expect([...settings.components]).toEqual(['hook', 'tide']);
});

test('every flag is an environment variable as well', () => {
  expect(readSettings([], { CONFIG_PATH: config, PLUGIN_CONFIG: plugins, HMAC_SECRET_FILE: hmac, GITHUB_APP_ID: '7', GITHUB_APP_PRIVATE_KEY_PATH: key, PORT: '1234' })).toMatchObject({ port: 1234, configPath: config });
});

test('upstream\'s flags without a meaning here are accepted and named', () => {
  expect(readSettings([...base, ...app, '--github-hourly-tokens=300', '--github-allowed-burst=100', '--pprof-port', '6060'], {}).idle).toEqual(['github-hourly-tokens', 'github-allowed-burst', 'pprof-port']);
});

test('a health port that was named must be free, the default one need not', () => {
  expect(readSettings([...base, ...app], {}).health).toEqual({ port: 8081, asked: false });
  expect(readSettings([...base, ...app, '--health-port=9000'], {}).health).toEqual({ port: 9000, asked: true });
});

test('further configuration folders', () => {
  expect(readSettings([...base, ...app, '--supplemental-plugin-config-dir=a', '--supplemental-plugin-config-dir=b'], {}).supplemental).toEqual({ prowDirs: [], prowSuffix: '_prowconfig.yaml', pluginDirs: ['a', 'b'], pluginSuffix: '_pluginconfig.yaml' });
});

test('a worker needs no webhook secret', () => {
  expect(readSettings([`--config-path=${config}`, `--plugin-config=${plugins}`, ...app, '--role=worker'], {}).role).toBe('worker');
});

test('configuration from a repository: paths are inside it, in normal form, and only those that were given', () => {
  const { configRepo } = readSettings(['--config-repo=acme/config', '--config-path=./a//config.yaml', '--job-config-path=jobs/', '--supplemental-prow-config-dir=more/.', '--hmac-secret-file', hmac, ...app], {});
  expect(configRepo).toEqual({ repo: { org: 'acme', name: 'config' }, branch: undefined, configPath: 'a/config.yaml', jobConfigPath: 'jobs', pluginConfigPath: undefined, prowDirs: ['more'], pluginDirs: [] });
  expect(readSettings(['--hmac-secret-file', hmac, ...app], { CONFIG_REPO: 'a/b', CONFIG_REPO_BRANCH: 'release/1.x' }).configRepo).toMatchObject({ branch: 'release/1.x', configPath: undefined });
  expect(readSettings([...base, ...app], {}).configRepo).toBeUndefined();
});

const fromRepo = ['--config-repo=acme/config', `--hmac-secret-file=${hmac}`, ...app];

test.each<{ args: string[]; says: string }>([
  { args: [...base, ...app, '--in-repo-config-cache-size=0'], says: '--in-repo-config-cache-size: expected at least 1, found 0' },
  { args: [...app, '--config-repo=acme'], says: '--config-repo: "acme" is not ORG/REPO' },
  { args: [...app, '--config-repo=acme/..'], says: '--config-repo: "acme/.." is not ORG/REPO' },
  { args: [...base, ...app, '--config-repo-branch=main'], says: '--config-repo-branch needs --config-repo' },
  { args: [...fromRepo, '--config-repo-branch=a..b'], says: '--config-repo-branch: "a..b" is not the name of a branch' },
  { args: [...fromRepo, '--config-repo-branch=refs/heads/main'], says: 'is not the name of a branch' },
  { args: [...fromRepo, '--config-path=/etc/config.yaml'], says: '--config-path: "/etc/config.yaml" is not a path inside the repository of --config-repo' },
  { args: [...fromRepo, '--plugin-config=../plugins.yaml'], says: '--plugin-config: "../plugins.yaml" is not a path inside' },
  { args: [...fromRepo, '--supplemental-plugin-config-dir=a/../../b'], says: '--supplemental-plugin-config-dir: "a/../../b" is not a path inside' },
  { args: [...app], says: '--config-path is missing' },
  { args: [...base], says: '--github-app-id and --github-app-private-key-path are missing' },
  { args: [...base, '--github-app-id=1'], says: '--github-app-private-key-path is missing' },
  { args: [...base, ...app, `--github-token-path=${token}`], says: 'exclude each other' },
  { args: [...base, ...app, '--config-path=/nowhere/config.yaml'], says: 'there is no file' },
  { args: [...base, ...app, '--components=hook,tidy'], says: '"tidy"' },
  { args: [...base, ...app, '--github-endpoint=api.github.com'], says: 'absolute' },
  { args: [...base, ...app, '--redis-url=localhost:6379'], says: '--redis-url' },
  { args: [...base, ...app, '--role=boss'], says: '--role' },
  { args: [...base, ...app, '--github-enabled-org=a', '--github-disabled-org=a'], says: 'both enabled and disabled' },
  { args: [...base, ...app, '--github-enabled-repo=a'], says: 'not ORG/REPO' },
  { args: [...base, ...app, 'word'], says: 'unexpected argument' },
])('$says', ({ args, says }) => {
  expect(() => readSettings(args, {})).toThrow(UsageError);
  expect(() => readSettings(args, {})).toThrow(says);
});
