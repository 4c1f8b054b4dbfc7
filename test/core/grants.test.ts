import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { NEEDED_EVENTS, NEEDED_PERMISSIONS, missingGrants } from '../../src/core/grants.js';

const manifest = parse(readFileSync('app.yml', 'utf8')) as { default_permissions: Record<string, string>; default_events: string[] };
const whole = { permissions: manifest.default_permissions, events: manifest.default_events };

test('app.yml asks for exactly what the table says', () => {
  expect(manifest.default_permissions).toEqual(Object.fromEntries(Object.entries(NEEDED_PERMISSIONS).map(([name, { level }]) => [name, level])));
  expect([...manifest.default_events].sort()).toEqual(Object.keys(NEEDED_EVENTS).sort());
});

test('an App made from app.yml lacks nothing', () => { expect(missingGrants(whole)).toEqual([]); });

test.each(Object.entries(NEEDED_PERMISSIONS))('without the permission %s one line names it', (name, { level }) => {
  const { [name]: _gone, ...permissions } = whole.permissions;
  expect(missingGrants({ ...whole, permissions })).toEqual([expect.stringContaining(`\`${name}: ${level}\``)]);
});

test.each(Object.keys(NEEDED_EVENTS))('without the event %s one line names it', (name) => {
  expect(missingGrants({ ...whole, events: whole.events.filter((event) => event !== name) })).toEqual([expect.stringContaining(`\`${name}\``)]);
});

test('a lower level does not do, a higher one does', () => {
  expect(missingGrants({ ...whole, permissions: { ...whole.permissions, contents: 'read' } })).toHaveLength(1);
  expect(missingGrants({ ...whole, permissions: { ...whole.permissions, contents: 'admin' } })).toEqual([]);
});
