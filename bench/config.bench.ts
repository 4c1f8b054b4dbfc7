import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openJobCache } from '../src/config/read/cache.js';
import { createConfigReader } from '../src/config/read/reader.js';
import { machine, quantile } from './support.js';

const real = fileURLToPath(new URL('../../shared/data/kubernetes/config/', import.meta.url));
const ROUNDS = 7;

/** A configuration of the size of Kubernetes' own: 600 files, 3,850 jobs, 55 presets. */
function generate(to: string): void {
  const presets = Array.from({ length: 55 }, (_, n) => `- labels: {preset-${n}: "true"}\n  env:\n  - {name: P_${n}, value: "${n}"}\n  volumes:\n  - name: v${n}\n    emptyDir: {}\n  volumeMounts:\n  - {name: v${n}, mountPath: /v${n}}\n`);
  mkdirSync(join(to, 'prow'), { recursive: true });
  writeFileSync(join(to, 'prow/config.yaml'), 'decorate_all_jobs: true\nplank:\n  default_decoration_config_entries:\n  - config:\n      timeout: 2h\n      utility_images: {clonerefs: c, initupload: i, entrypoint: e, sidecar: s}\n      gcs_configuration: {bucket: b, path_strategy: explicit}\n      gcs_credentials_secret: s\n');
  writeFileSync(join(to, 'prow/plugins.yaml'), 'plugins:\n  org: {plugins: [trigger, hold]}\n');
  for (let n = 0; n < 600; n++) {
    const folder = join(to, 'jobs', `sig-${n % 60}`);
    mkdirSync(folder, { recursive: true });
    const jobs = Array.from({ length: n % 12 === 0 ? 12 : 6 }, (_, k) => `    - name: job-${n}-${k}\n      run_if_changed: '^(pkg|cmd)/part-${n}/.*\\.go$'\n      branches:\n      - ^release-1\\.${k}$\n      labels:\n        preset-${(n + k) % 55}: "true"\n      annotations:\n        testgrid-dashboards: board-${n % 60}\n        description: ${'what the job is for, '.repeat(8)}\n      spec:\n        containers:\n        - image: registry.example.org/images/kubekins:v20260801-master\n          command:\n          - runner.sh\n          args:\n          - bash\n          - -c\n          - |\n            ${'make test WHAT=./pkg/... && '.repeat(12)}true\n          env:\n          - name: GOFLAGS\n            value: "-mod=vendor"\n          resources:\n            requests: {cpu: 4, memory: 6Gi}\n            limits: {cpu: 4, memory: 6Gi}\n`);
    writeFileSync(join(folder, `jobs-${n}.yaml`), `${n === 0 ? `presets:\n${presets.join('')}` : ''}presubmits:\n  org/repo-${n % 300}:\n${jobs.join('')}`);
  }
}

const [, , as = 'main', folder = ''] = process.argv;
const filesIn = (root: string) => ({ configPath: join(root, 'prow/config.yaml'), jobConfigPath: join(root, 'jobs'), pluginConfigPath: join(root, 'prow/plugins.yaml') });

/** A load in a process of its own. The processor's time also counts what V8 does beside: collecting garbage, compiling. */
type Loading = Readonly<{ ms: number; cpuMs: number; mb: number }>;

/** One load, printed as JSON. */
async function child(): Promise<void> {
  const [start, used] = [performance.now(), process.cpuUsage()];
  const cache = as === 'warm' ? openJobCache(join(folder, '../cache')) : undefined;
  const { snapshot, findings } = await createConfigReader({ cache }).read(filesIn(folder));
  const ms = performance.now() - start;
  const { user, system } = process.cpuUsage(used);
  if (!snapshot) throw new Error(`the configuration does not load: ${JSON.stringify(findings.errors.slice(0, 3))}`);
  console.log(JSON.stringify({ ms, cpuMs: (user + system) / 1_000, mb: process.resourceUsage().maxRSS / 1_024 }));
}

function load(how: 'cold' | 'warm', root: string): Loading {
  const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', fileURLToPath(import.meta.url), how, root], { encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Loading;
}

function checkconfig(root: string, cacheHome: string): Readonly<{ ms: number }> {
  const { configPath, jobConfigPath, pluginConfigPath } = filesIn(root);
  const start = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['bin/prow', 'checkconfig', '--config-path', configPath, '--job-config-path', jobConfigPath, '--plugin-config', pluginConfigPath], { encoding: 'utf8', env: { ...process.env, XDG_CACHE_HOME: cacheHome } });
  if (status !== 0) throw new Error(stderr);
  return { ms: performance.now() - start };
}

const best = (of: readonly number[]): number => Math.round(Math.min(...of));
const times = <T>(make: () => T): readonly T[] => Array.from({ length: ROUNDS }, make);

/** Reloads after a changed file, looks without a change, and look-ups, in this process. */
async function inOneProcess(root: string): Promise<object> {
  const files = filesIn(root);
  const reader = createConfigReader({ cache: openJobCache(join(root, '../cache')) });
  let { snapshot } = await reader.read(files);
  const all = readdirSync(files.jobConfigPath, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.yaml')).map((file) => join(files.jobConfigPath, file)).sort();
  const timed = async (): Promise<number> => {
    const start = performance.now();
    ({ snapshot } = await reader.read(files));
    return performance.now() - start;
  };
  const reloads: number[] = [];
  const looks: number[] = [];
  for (let n = 0; n < 40; n++) {
    const file = all[(n * 15) % all.length] ?? '';
    writeFileSync(file, `${readFileSync(file, 'utf8')}\n# ${n}\n`);
    reloads.push(await timed());
    looks.push(await timed());
  }
  const keys = [...(snapshot?.jobs.presubmits.keys() ?? [])].map((key) => key.split('/'));
  const start = performance.now();
  const rounds = 1_000;
  let found = 0;
  for (let n = 0; n < rounds; n++) for (const [org = '', name = ''] of keys) found += snapshot?.presubmits({ org, name }).length ?? 0;
  const lookUpUs = ((performance.now() - start) * 1_000) / (rounds * keys.length);
  if (found === 0) throw new Error('no presubmit was found');
  return { reloadMs: { p50: quantile(reloads, 0.5), p90: quantile(reloads, 0.9) }, lookMs: { p50: quantile(looks, 0.5), p90: quantile(looks, 0.9) }, lookUpUs: Number(lookUpUs.toFixed(2)) };
}

if (as === 'main') {
  const dir = mkdtempSync(join(tmpdir(), 'prow-bench-config-'));
  try {
    const root = join(dir, 'config');
    if (existsSync(real)) cpSync(real, root, { recursive: true, preserveTimestamps: true });
    else generate(root);
    const cold = times(() => load('cold', root));
    load('warm', root);
    const warm = times(() => load('warm', root));
    checkconfig(root, join(dir, 'xdg-first')); // compiles the command line where that is due
    const checkCold = times(() => { rmSync(join(dir, 'xdg'), { recursive: true, force: true }); return checkconfig(root, join(dir, 'xdg')); });
    const checkWarm = times(() => checkconfig(root, join(dir, 'xdg')));
    console.log(JSON.stringify({
      benchmark: 'config', of: existsSync(real) ? 'the configuration of Kubernetes' : 'a generated configuration of the same size', machine: machine(), bestOf: ROUNDS,
      coldLoadMs: best(cold.map(({ ms }) => ms)), coldLoadCpuMs: best(cold.map(({ cpuMs }) => cpuMs)), coldLoadMb: Math.round(Math.max(...cold.map(({ mb }) => mb))), warmLoadMs: best(warm.map(({ ms }) => ms)), warmLoadCpuMs: best(warm.map(({ cpuMs }) => cpuMs)), warmLoadMb: Math.round(Math.max(...warm.map(({ mb }) => mb))),
      checkconfigMs: best(checkCold.map(({ ms }) => ms)), checkconfigWarmMs: best(checkWarm.map(({ ms }) => ms)), ...(await inOneProcess(root)),
    }, null, 2));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
} else await child();
