import { expect, test } from '@jest/globals';
import { createLog, setLevel } from '../../src/adapters/log.js';

test('a changed level holds for children that are there already', () => {
  const lines: string[] = [];
  const log = createLog({ component: 'c', level: 'info', censor: (text) => text.replaceAll('secret', 'XXXXXX'), write: (line) => { lines.push(line); } });
  const child = log.child({ queue: 'q' });
  child.debug('1');
  child.info('2');
  setLevel(log, 'debug');
  child.debug('3');
  setLevel(log, 'error');
  child.warn('4');
  log.info('5');
  child.error({ token: 'x' }, 'a secret');
  expect(lines.map((line) => JSON.parse(line) as Record<string, unknown>).map(({ msg, level, severity, component, queue, token }) => ({ msg, level, severity, component, queue, token }))).toEqual([
    { msg: '2', level: 'info', severity: 'info', component: 'c', queue: 'q', token: undefined },
    { msg: '3', level: 'debug', severity: 'debug', component: 'c', queue: 'q', token: undefined },
    { msg: 'a XXXXXX', level: 'error', severity: 'error', component: 'c', queue: 'q', token: 'XXXXX' },
  ]);
});
