import { expect, test } from '@jest/globals';
import { parseHmacSecrets, tokensFor } from '../../src/config/hmac.js';

const FILE = `
'*':
- value: any
  created_at: 2020-10-02T15:00:00Z
org:
- value: first
  created_at: 2020-10-02T15:00:00.000Z
- value: second
  created_at: 2020-10-02T17:00:00+02:00
org/repo:
- value: mine
  created_at: 2020-10-02T15:00:00Z
org/none: []
`;

test.each<{ name: string; file: string; of: string; want: readonly string[] }>([
  { name: 'a repository has its own', file: FILE, of: 'org/repo', want: ['mine'] },
  { name: 'another takes the org’s, all of them', file: FILE, of: 'org/other', want: ['first', 'second'] },
  { name: 'an org takes its own', file: FILE, of: 'org', want: ['first', 'second'] },
  { name: 'others take the star', file: FILE, of: 'else/where', want: ['any'] },
  { name: 'nobody takes the star', file: FILE, of: '', want: ['any'] },
  { name: 'an empty entry does not fall through', file: FILE, of: 'org/none', want: [] },
  { name: 'no entry and no star', file: 'org:\n- value: x\n', of: 'else/where', want: [] },
  { name: 'one token for everything', file: ' 123abc\n', of: 'org/repo', want: ['123abc'] },
  { name: 'a token with a colon in it', file: 'a:b', of: 'org/repo', want: ['a:b'] },
  { name: 'a token that YAML would read as a number', file: '0042', of: 'org/repo', want: ['0042'] },
  { name: 'a map on one line, as JSON', file: '{"org":[{"value":"x"}]}', of: 'org/repo', want: ['x'] },
  { name: 'an empty file has no token', file: '', of: 'org/repo', want: [] },
  { name: 'an empty token is none', file: "'*':\n- value: ''\n", of: 'org/repo', want: [] },
])('$name', ({ file, of, want }) => expect(tokensFor(parseHmacSecrets(file), of)).toEqual(want));

test.each<{ name: string; file: string; says: RegExp }>([
  { name: 'a map of another shape', file: 'a: b', says: /not a map of webhook secrets: a: .*expected array/ },
  { name: 'a bad time', file: "'*':\n- value: hunter2\n  created_at: soon", says: /\*\.0\.created_at/ },
  { name: 'broken YAML', file: 'a:\n- value: hunter2\n  b: [', says: /not YAML, line 3/ },
  { name: 'a list', file: '- value: hunter2\n- value: y', says: /the file: / },
  { name: 'two lines', file: 'hunter2\nother', says: /the file: / },
])('K41: $name is a fault, not a token, and what it says stays secret', ({ file, says }) => {
  expect(() => parseHmacSecrets(file)).toThrow(says);
  expect(() => parseHmacSecrets(file)).not.toThrow(/hunter2/);
});
