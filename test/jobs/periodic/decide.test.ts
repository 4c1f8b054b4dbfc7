import { expect, test } from '@jest/globals';
import { configFromText } from '../../../src/config/load.js';
import type { Periodic } from '../../../src/config/jobs/schema.js';
import type { ProwJob } from '../../../src/core/prowjob.js';
import { decidePeriodics } from '../../../src/jobs/periodic/decide.js';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const MINUTE = 60_000;
const ago = (minutes: number): string => new Date(NOW - minutes * MINUTE).toISOString();

function periodic(schedule: string): readonly Periodic[] {
  const jobs = `periodics:\n- name: nightly\n  ${schedule}\n  spec: {containers: [{image: a, command: [b]}]}\n`;
  return configFromText({ jobs }).snapshot.jobs.periodics;
}

interface Before { readonly started: number; readonly ended?: number; readonly state?: ProwJob['status']['state']; readonly rerun?: string }
const runOf = ({ started, ended, state = 'success', rerun }: Before): ProwJob => ({
  apiVersion: 'prow.k8s.io/v1', kind: 'ProwJob', metadata: { name: 'before', ...(rerun !== undefined && { labels: { 'prow.k8s.io/re-run': rerun } }) }, spec: { type: 'periodic', agent: 'kubernetes', job: 'nightly' },
  status: { state, startTime: ago(started), ...(ended !== undefined && { completionTime: ago(ended) }) },
});

test.each<{ name: string; schedule: string; before?: Before; since?: number; due?: string; retry?: number; next?: number }>([
  { name: 'interval: the first run', schedule: 'interval: 1h', due: 'first' },
  { name: 'interval: while one runs', schedule: 'interval: 1h', before: { started: 90 } },
  { name: 'interval: from start to start', schedule: 'interval: 1h', before: { started: 61, ended: 1 }, due: 'after before' },
  { name: 'interval: too early', schedule: 'interval: 1h', before: { started: 50, ended: 1 }, next: 10 * MINUTE + 1 },
  { name: 'minimum_interval: from end to start', schedule: 'minimum_interval: 1h', before: { started: 90, ended: 50 }, next: 10 * MINUTE + 1 },
  { name: 'minimum_interval: over', schedule: 'minimum_interval: 1h', before: { started: 90, ended: 61 }, due: 'after before' },
  { name: 'cron: never ran, nothing fired since it is known', schedule: 'cron: "30 * * * *"', since: 20, next: 30 * MINUTE },
  { name: 'cron: never ran, fired since it is known', schedule: 'cron: "30 * * * *"', since: 40, due: 'at 2026-03-01T11:30:00.000Z', next: 30 * MINUTE },
  { name: 'cron: fired just now', schedule: 'cron: "55 * * * *"', before: { started: 65, ended: 10 }, due: 'at 2026-03-01T11:55:00.000Z', next: 55 * MINUTE },
  { name: 'cron: the run of this firing is there', schedule: 'cron: "55 * * * *"', before: { started: 4, ended: 1 }, next: 55 * MINUTE },
  { name: 'cron: fired into a run that goes on', schedule: 'cron: "55 * * * *"', before: { started: 65 }, next: 55 * MINUTE },
  { name: 'cron: missed by far is left out', schedule: 'cron: "25 * * * *"', before: { started: 300, ended: 290 }, next: 25 * MINUTE },
  { name: 'every: counts from the last start', schedule: 'cron: "@every 1h"', before: { started: 65, ended: 60 }, due: 'at 2026-03-01T11:55:00.000Z', next: 55 * MINUTE },
  { name: 'retry of a failure', schedule: 'interval: 24h\n  retry: {attempts: 2, interval: 5m}', before: { started: 6, ended: 1, state: 'failure' }, due: 'retry 1 of before', retry: 1, next: 1434 * MINUTE + 1 },
  { name: 'retry: too early', schedule: 'interval: 24h\n  retry: {attempts: 2, interval: 5m}', before: { started: 4, ended: 1, state: 'failure' }, next: 1436 * MINUTE + 1 },
  { name: 'retry: the last one', schedule: 'interval: 24h\n  retry: {attempts: 2, interval: 5m}', before: { started: 6, ended: 1, state: 'failure', rerun: '2' }, next: 1434 * MINUTE + 1 },
  { name: 'retry: not after success', schedule: 'interval: 24h\n  retry: {attempts: 2, interval: 5m}', before: { started: 6, ended: 1 }, next: 1434 * MINUTE + 1 },
  { name: 'retry: after success with run_all', schedule: 'interval: 24h\n  retry: {attempts: 2, interval: 5m, run_all: true}', before: { started: 6, ended: 1, rerun: '1' }, due: 'retry 2 of before', retry: 2, next: 1434 * MINUTE + 1 },
])('$name', ({ schedule, before, since = 0, due, retry, next }) => {
  const plan = decidePeriodics({ periodics: periodic(schedule), latest: new Map(before ? [['nightly', runOf(before)]] : []), knownSince: new Map([['nightly', NOW - since * MINUTE]]), now: NOW });
  expect(plan.due.map((one) => [one.cause, one.retry])).toEqual(due === undefined ? [] : [[due, retry]]);
  expect(plan.next === undefined ? undefined : plan.next - NOW).toBe(next);
});
