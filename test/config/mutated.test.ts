import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ConfigError } from '../../src/core/errors.js';
import { loadConfig, type Loaded } from '../../src/config/load.js';
import { readYaml, textOf } from '../../src/config/yaml/source.js';
import { KINDS, mutated, type Kind, type Mutation, type Path } from './mutations.js';
import { runs } from '../support/tier.js';

const DATA = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
const JOBS = [
  'kubernetes-sigs/kueue/kueue-periodics-main.yaml', 'kubernetes-sigs/cluster-api/cluster-api-prowjob-gen.yaml', 'kubernetes/sig-cli/sig-cli-config.yaml', 'kubernetes/org/kubernetes-org-jobs.yaml',
  'kubernetes/test-infra/test-infra-presubmits.yaml', 'kubernetes-sigs/kind/kind.yaml',
];
type Role = 'config' | 'jobs' | 'plugins';
type Texts = Readonly<Record<Role, string>>;
interface Case { readonly name: string; readonly role: Role; readonly texts: Texts }

/** Files of real installations, each with the files that it needs beside it; where they are absent, files of the same shape. */
function cases(): readonly Case[] {
  if (!existsSync(DATA)) {
    const texts = generated();
    return (['config', 'jobs', 'plugins'] as const).map((role) => ({ name: `generated ${role}`, role, texts: role === 'config' ? { ...texts, jobs: '' } : texts }));
  }
  const read = (file: string) => readFileSync(DATA + file, 'utf8');
  const kubernetes = { config: read('kubernetes/config/prow/config.yaml'), plugins: read('kubernetes/config/prow/plugins.yaml'), jobs: '' };
  const istio = { config: read('istio/config.yaml'), plugins: read('istio/plugins.yaml'), jobs: '' };
  return [
    { name: 'kubernetes config.yaml', role: 'config', texts: { ...kubernetes, plugins: '' } }, { name: 'kubernetes plugins.yaml', role: 'plugins', texts: { ...kubernetes, config: '' } },
    { name: 'istio config.yaml', role: 'config', texts: { ...istio, plugins: '' } }, { name: 'istio plugins.yaml', role: 'plugins', texts: { ...istio, config: '' } },
    ...JOBS.filter((file) => existsSync(`${DATA}kubernetes/config/jobs/${file}`)).map((file): Case => ({ name: basename(file), role: 'jobs', texts: { config: kubernetes.config, plugins: '', jobs: read(`kubernetes/config/jobs/${file}`) } })),
  ];
}

function generated(): Texts {
  const each = (count: number, line: (n: number) => string) => Array.from({ length: count }, (_, n) => line(n)).join('');
  const job = (name: string, more: string) => `  - name: ${name}\n${more}    decorate: true\n    labels:\n      preset-a: "true"\n    spec:\n      containers:\n      - image: image:1\n        command:\n        - run\n        args:\n        - |\n          several\n          lines\n        resources:\n          requests:\n            cpu: 2\n            memory: 4Gi\n`;
  return {
    config: `prowjob_namespace: jobs\nlog_level: info\nplank:\n  job_url_prefix_config:\n    "*": https://prow.example/view/\n  default_decoration_config_entries:\n  - config:\n      timeout: 2h\n      utility_images:\n        clonerefs: c\n        initupload: i\n        entrypoint: e\n        sidecar: s\n      gcs_configuration:\n        bucket: b\n        path_strategy: explicit\ntide:\n  sync_period: 1m\n  queries:\n${each(20, (n) => `  - repos:\n    - org/repo${n}\n    labels:\n    - lgtm\n    missingLabels:\n    - hold\n`)}branch-protection:\n  orgs:\n    org:\n      protect: true\n`,
    jobs: `presets:\n- labels:\n    preset-a: "true"\n  env:\n  - name: A\n    value: b\npresubmits:\n${each(20, (n) => `  org/repo${n}:\n${job(`unit-${n}`, '    always_run: true\n')}${job(`lint-${n}`, '    branches:\n    - ^main$\n    run_if_changed: ^src/\n')}`)}postsubmits:\n  org/repo1:\n${job('publish', '    max_concurrency: 1\n')}periodics:\n${job('nightly', '    cron: 0 5 * * *\n').replaceAll(/^ {2}/gm, '')}`,
    plugins: `plugins:\n${each(20, (n) => `  org/repo${n}:\n    plugins:\n    - hold\n    - lgtm\n`)}approve:\n- repos:\n  - org\n  issue_required: true\ntriggers:\n- repos:\n  - org/repo1\n  trusted_apps:\n  - bot\n`,
  };
}

let folder = '';
beforeAll(() => { folder = mkdtempSync(join(tmpdir(), 'mutated-')); });
afterAll(() => { rmSync(folder, { recursive: true }); });

async function load(texts: Readonly<Record<Role, string | Buffer>>): Promise<Loaded | ConfigError> {
  const files = { configPath: join(folder, 'config.yaml'), jobConfigPath: join(folder, 'jobs.yaml'), pluginConfigPath: join(folder, 'plugins.yaml') };
  writeFileSync(files.configPath, texts.config);
  writeFileSync(files.jobConfigPath, texts.jobs);
  writeFileSync(files.pluginConfigPath, texts.plugins);
  try {
    return await loadConfig(files);
  } catch (err) {
    if (err instanceof ConfigError) return err;
    throw err;
  }
}

/** Places at which two values differ. */
function differences(a: unknown, b: unknown, path: Path = []): readonly Path[] {
  if (Object.is(a, b)) return [];
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return [path];
  const [one, other] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>];
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].flatMap((key) => differences(one[key], other[key], [...path, Array.isArray(a) ? Number(key) : key]));
}

const isBelow = (path: Path, above: Path): boolean => above.every((part, n) => part === path[n]);
const at = (value: unknown, path: Path): unknown => path.reduce<unknown>((inner, part) => (inner as Readonly<Record<string | number, unknown>> | undefined)?.[part], value);

function expectRefusal({ problems }: ConfigError, { lines: [first, last], path }: Mutation, { role, texts }: Case): void {
  expect(problems.length).toBeGreaterThan(0);
  const unit = at(readYaml('', texts[role], [])?.value, path?.slice(0, path[0] === 'periodics' ? 2 : 3) ?? []) as Readonly<{ name?: string }> | undefined;
  for (const problem of problems) {
    const [, line] = /^\S*\/(?:config|jobs|plugins)\.yaml:([1-9]\d*):[1-9]\d*: \S/.exec(problem) ?? [];
    // Of two jobs that clash the second one is reported; the first one may be the one that changed.
    if (line !== undefined && typeof unit?.name === 'string' && / (?:is there twice|report the same context)/.test(problem) && problem.includes(unit.name)) continue;
    expect({ problem, inside: Number(line) >= first && Number(line) <= last }).toEqual({ problem, inside: true });
  }
}

function expectSameElsewhere(value: unknown, original: unknown, { path, before }: Mutation): void {
  if (path) for (const difference of differences(original, value)) expect({ difference, path, below: isBelow(difference, path) }).toEqual({ difference, path, below: true });
  for (const one of before) expect([one, at(value, one)]).toEqual([one, at(original, one)]);
}

const RUNS = 40;
const MOST_MS = 10_000;
const seed = Number(process.env['SEED'] ?? 20_261_124);

describe(`copies with one thing wrong (SEED=${seed})`, () => {
  const all = cases();
  test.each(all)('$name loads as it is', async ({ texts }) => {
    const result = await load(texts);
    expect(result instanceof ConfigError ? result.problems : []).toEqual([]);
  });

  test.each(KINDS)('something %s: refused with a place inside of it, or different there only', async (kind: Kind) => {
    const wish = fc.noBias(fc.record({ file: fc.nat({ max: all.length - 1 }), where: fc.nat({ max: 999_999 }).map((n) => n / 1_000_000), variant: fc.nat({ max: 999 }) }));
    await fc.assert(fc.asyncProperty(wish, async ({ file, where, variant }) => {
      const one = all[file];
      if (!one) return;
      const mutation = mutated(one.texts[one.role], { kind, where, variant });
      const began = performance.now();
      const result = await load({ ...one.texts, [one.role]: mutation.bytes });
      expect(performance.now() - began).toBeLessThan(MOST_MS);
      if (result instanceof ConfigError) expectRefusal(result, mutation, one);
      else expectSameElsewhere(readYaml('', textOf(mutation.bytes), [])?.value, readYaml('', one.texts[one.role], [])?.value, mutation);
    }), { numRuns: runs(RUNS), seed, endOnFailure: true });
  }, 300_000);
});
