import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localStorage } from '../src/adapters/storage/local.js';
import { indexLog } from '../src/web/jobs/logIndex.js';
import { openStoredLogs } from '../src/web/jobs/storedLogs.js';
import { machine } from './support.js';

/** A stored log of 100 MB: counting its lines, opening its page for the first time, and showing another part of it. */
const LOG_MB = 100;

const dir = mkdtempSync(join(tmpdir(), 'prow-bench-deck-'));
const file = openSync(join(dir, 'log'), 'w');
const block = Array.from({ length: 10_000 }, (_, n) => `2026-01-01T00:00:00Z ${n % 2_500 === 0 ? 'ERROR: something' : 'an ordinary line of a long log'} ${'x'.repeat(n % 60)}\n`).join('');
for (let written = 0; written < LOG_MB * 1e6; written += block.length) writeSync(file, block);
closeSync(file);
const storage = localStorage({ roots: [dir] });
const at = `file://${join(dir, 'log')}`;
const signal = new AbortController().signal;
const counting = performance.now();
const index = await indexLog(storage.stream(at, { signal }));
const countMs = Math.round(performance.now() - counting);
const stored = openStoredLogs({ storage });
const opening = performance.now();
await stored.window(at, { from: undefined, wanted: 500, signal });
const openMs = Math.round(performance.now() - opening);
const again = performance.now();
await stored.window(at, { from: Math.floor(index.lines / 2), wanted: 500, signal });
const windowMs = Math.round(performance.now() - again);
rmSync(dir, { recursive: true, force: true });
console.log(JSON.stringify({ bench: 'log', machine: machine(), mB: LOG_MB, lines: index.lines, failures: index.failures, countMs, openMs, windowMs }, undefined, 2));
