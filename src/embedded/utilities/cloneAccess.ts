import { constants } from 'node:fs';
import { access, appendFile, readFile, readdir, stat } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { CommandRecord } from './cloneRecord.js';
import type { CloneOptions } from './cloneOptions.js';
import type { CloneSettings } from './cloneCommands.js';
import { runCommand } from './command.js';
import { appLogin, type FetchJson } from './githubApp.js';

/** Everything that clones need before the first one: the environment of git and a login for each org. */
export interface Access {
  readonly env: NodeJS.ProcessEnv;
  readonly loginOf: (org: string) => CloneSettings['login'];
  readonly hide: (text: string) => string;
  readonly commands: readonly CommandRecord[];
  /** What went wrong; then nothing may be cloned. */
  readonly problem: string | undefined;
  /** Ends what was started. */
  close(): Promise<void>;
}

interface AccessDeps {
  readonly env: NodeJS.ProcessEnv;
  readonly knownHosts: string;
  readonly fetchJson: FetchJson;
  readonly now: () => number;
}

/** Keys, fingerprints, tokens and cookies (jobs 5.2, steps 1 to 4). Any failure is the `problem` of the answer; never rejects. */
export async function openAccess(options: CloneOptions, { env: given, knownHosts, fetchJson, now }: AccessDeps): Promise<Access> {
  const commands: CommandRecord[] = [];
  const secrets = new Set<string>();
  const hide = (text: string): string => [...secrets].reduce((left, secret) => left.replaceAll(secret, 'CENSORED'), text);
  let env: NodeJS.ProcessEnv = { ...given, GIT_TERMINAL_PROMPT: '0' };
  let agent: string | undefined;
  const logins = new Map<string, CloneSettings['login']>();
  let token: CloneSettings['login'];

  const keep = (secret: string): void => { for (const form of [secret, encodeURIComponent(secret)]) if (form !== '') secrets.add(form); };
  async function must(program: string, args: readonly string[]): Promise<string> {
    const { record, ok, output } = await runCommand(program, args, { cwd: '/', env, hide, now });
    // The agent's answer names its socket: of no use to anybody.
    commands.push(program === 'ssh-agent' ? { command: record.command, ...(record.error && { error: record.error }), duration: record.duration ?? 0 } : record);
    if (!ok) throw new Error(`${record.command}: ${record.error ?? 'failed'}`);
    return output;
  }

  async function open(): Promise<void> {
    if (options.keyFiles.length > 0) {
      const said = await must('ssh-agent', ['-s']);
      const found = Object.fromEntries([...said.matchAll(/\b(SSH_AUTH_SOCK|SSH_AGENT_PID)=([^;\n]+)/g)].map(([, name, value]) => [name, value]));
      if (!found.SSH_AUTH_SOCK || !found.SSH_AGENT_PID) throw new Error('ssh-agent did not say where it listens');
      agent = found.SSH_AGENT_PID;
      env = { ...env, ...found };
      for (const path of options.keyFiles) for (const key of await keysIn(path)) await must('ssh-add', [key]);
    }
    if (options.hostFingerprints.length > 0) {
      await appendFile(knownHosts, `${options.hostFingerprints.join('\n')}\n`);
      env = { ...env, GIT_SSH_COMMAND: `${quoted(await programPath('ssh', env))} -o UserKnownHostsFile=${quoted(knownHosts)}` };
    }
    if (options.oauthTokenFile !== '') {
      const text = (await readFile(options.oauthTokenFile, 'utf8')).trim();
      if (text === '') throw new Error(`${options.oauthTokenFile}: is empty`);
      keep(text);
      token = { user: text, password: 'x-oauth-basic' };
    }
    if (options.appId !== '') {
      const key = await readFile(options.appPrivateKeyFile, 'utf8');
      for (const org of new Set(options.refs.map((one) => one.org))) {
        const login = await appLogin(org, { appId: options.appId, key, endpoints: options.endpoints, fetchJson, now });
        keep(login.password);
        logins.set(org, login);
      }
    }
    if (options.cookiePath !== '') {
      await access(options.cookiePath, constants.R_OK);
      if (options.refs.some(({ skipSubmodules }) => !skipSubmodules)) await must('git', ['config', '--global', 'http.cookiefile', options.cookiePath]);
    }
  }

  const problem = await open().then(() => undefined, (error: unknown) => hide(error instanceof Error ? error.message : String(error)));
  return {
    env, commands, hide, problem,
    loginOf: (org) => logins.get(org) ?? token,
    async close() {
      if (agent !== undefined) await runCommand('ssh-agent', ['-k'], { cwd: '/', env, hide, now });
    },
  };
}

/** Regular files at or below a path, without those that Kubernetes keeps for itself (`..data`). */
async function keysIn(path: string): Promise<readonly string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => !name.startsWith('..')).sort();
  return (await Promise.all(names.map((name) => keysIn(join(path, name))))).flat();
}

async function programPath(name: string, env: NodeJS.ProcessEnv): Promise<string> {
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    if (folder !== '' && (await access(path, constants.X_OK).then(() => true, () => false))) return path;
  }
  throw new Error(`${name} is not installed`);
}

const quoted = (text: string): string => (/^[\w./:@+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`);
