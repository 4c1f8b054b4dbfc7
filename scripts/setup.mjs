// What `npm run demo` and `npm test` need before anything else: dependencies and redis-server. Node's own modules only.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

export function say(text) {
  process.stderr.write(`• ${text}\n`);
}

export function run(command, args, options = {}) {
  const done = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (done.error) return { code: 127, error: done.error };
  return { code: done.status ?? 1, signal: done.signal };
}

export function has(command) {
  return spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;
}

/** Node is new enough; otherwise one line and exit code 2. */
export function needNode() {
  const [major, minor, patch] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && (minor > 18 || (minor === 18 && patch >= 1)))) return;
  console.error(`Node.js 20.18.1 or newer is needed; this is ${process.versions.node}`);
  process.exit(2);
}

/** Installs the dependencies that package-lock.json names, unless that has been done. */
export function needDependencies() {
  const lock = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex');
  const mark = join(root, 'node_modules', '.prow-lock');
  if (existsSync(mark) && readFileSync(mark, 'utf8') === lock) return;
  if (existsSync(join(root, 'node_modules', '.package-lock.json')) && spawnSync('npm', ['ls', '--depth=0', '--silent'], { cwd: root, stdio: 'ignore' }).status === 0) {
    writeFileSync(mark, lock);
    return;
  }
  say('installing dependencies (npm ci)');
  const { code } = run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { stdio: ['ignore', process.stderr, process.stderr] });
  if (code !== 0) process.exit(code);
  writeFileSync(mark, lock);
}

const asRoot = (args) => (process.getuid?.() === 0 ? args : has('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status === 0 ? ['sudo', '-n', ...args] : undefined);

/** Installs a Debian package where that needs no password. True when the command is there afterwards. */
export function needCommand(command, debianPackage) {
  if (has(command)) return true;
  const install = has('apt-get') ? asRoot(['apt-get', 'install', '-y', '-q', '--no-install-recommends', debianPackage]) : has('brew') ? ['brew', 'install', debianPackage.replace('-server', '')] : undefined;
  if (!install) return false;
  say(`installing ${debianPackage} with the machine's package manager`);
  const quiet = { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  if (run(install[0], install.slice(1), quiet).code !== 0 && has('apt-get')) {
    const update = asRoot(['apt-get', 'update', '-q']);
    run(update[0], update.slice(1), quiet);
    run(install[0], install.slice(1), quiet);
  }
  return has(command);
}

export function needRedis() {
  if (process.env.REDIS_URL || needCommand('redis-server', 'redis-server')) return;
  console.error("redis-server is missing: install your system's Redis package (Debian and Ubuntu: sudo apt-get install redis-server; macOS: brew install redis), or set REDIS_URL");
  process.exit(2);
}

export function needGit() {
  if (has('git') || needCommand('git', 'git')) return;
  console.error('git is missing: install it with your package manager');
  process.exit(2);
}
