import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DemoSummary } from '../../src/cli/demoSummary.js';

const root = new URL('../..', import.meta.url).pathname;

/** How a run of `prow demo` ended. */
export interface DemoRun {
  readonly code: number | null;
  readonly summary: DemoSummary;
  /** What it told on stderr. */
  readonly told: string;
  readonly seconds: number;
}

/** Runs `bin/prow demo --once --json` in a folder of its own, as a person would. */
export async function runDemo(...args: readonly string[]): Promise<DemoRun> {
  const dir = mkdtempSync(join(tmpdir(), 'prow-demo-run-'));
  const begun = performance.now();
  try {
    const child = spawn(process.execPath, [join(root, 'bin', 'prow'), 'demo', '--once', '--json', '--state-dir', join(dir, 'state'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let told = '';
    child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString(); });
    child.stderr.on('data', (chunk: Buffer) => { told += chunk.toString(); });
    const code = await new Promise<number | null>((resolve) => { child.once('close', resolve); });
    if (code !== 0) throw new Error(`the demo ended with code ${String(code)}:\n${told}`);
    return { code, summary: JSON.parse(out) as DemoSummary, told, seconds: (performance.now() - begun) / 1_000 };
  } finally {
    rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  }
}
