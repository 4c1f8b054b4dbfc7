import { expect, test } from '@jest/globals';
import { commandText } from '../../src/core/markdown.js';

test.each<{ name: string; body: string; want: string }>([
  { name: 'text', body: '/hold\nplease', want: '/hold\nplease' },
  { name: 'line ends of browsers', body: '/hold\r\n/lgtm\r\n', want: '/hold\n/lgtm\n' },
  { name: 'a fence', body: 'a\n```\n/hold\n```\n/lgtm', want: 'a\n\n\n\n/lgtm' },
  { name: 'a fence with CRLF', body: '```\r\n/hold\r\n```\r\n/lgtm', want: '\n\n\n/lgtm' },
  { name: 'a fence with a language', body: '```sh\n/hold\n```', want: '\n\n' },
  { name: 'tildes', body: '~~~\n/hold\n~~~\n/lgtm', want: '\n\n\n/lgtm' },
  { name: 'a longer fence around a shorter one', body: '````\n```\n/hold\n```\n````\n/lgtm', want: '\n\n\n\n\n/lgtm' },
  { name: 'tildes do not end backticks', body: '```\n~~~\n/hold\n```\n/lgtm', want: '\n\n\n\n/lgtm' },
  { name: 'two fences', body: '```\n/a\n```\n/hold\n```\n/b\n```', want: '\n\n\n/hold\n\n\n' },
  { name: 'a fence without an end is text', body: '```\n/hold', want: '```\n/hold' },
  { name: 'text after the end is no end', body: '```\n/hold\n```ok', want: '```\n/hold\n```ok' },
  { name: 'code in a line is no fence', body: '```x``` and\n/hold\n```y```', want: '```x``` and\n/hold\n```y```' },
  { name: 'a fence that is indented a little', body: '  ```\n/hold\n   ```\n/lgtm', want: '\n\n\n/lgtm' },
  { name: 'a hidden comment', body: '<!-- /hold -->\n/lgtm', want: ' \n/lgtm' },
  { name: 'a hidden comment over lines', body: '<!--\n/hold\n-->\n/lgtm', want: '\n\n \n/lgtm' },
  { name: 'nothing moves to the start of a line', body: '<!--\n-->/hold', want: '\n /hold' },
  { name: 'a command before a hidden comment', body: '/hold <!-- until Friday\nor so -->\n/lgtm', want: '/hold \n \n/lgtm' },
  { name: 'a hidden comment without an end is text', body: '<!-- \n/hold', want: '<!-- \n/hold' },
  { name: 'a fence in a hidden comment is none', body: '<!--\n```\n-->\n/hold\n```\n/lgtm', want: '\n\n \n/hold\n```\n/lgtm' },
  { name: 'a hidden comment in a fence is code', body: '```\n<!--\n```\n/hold\n-->', want: '\n\n\n/hold\n-->' },
  { name: 'nothing', body: '', want: '' },
])('$name', ({ body, want }) => expect(commandText(body)).toBe(want));

test.each([['fences without an end', '```x\n'], ['fences of all lengths', null], ['hidden comments', '<!-- -->'], ['openings', '<!--']])('%s: a comment of GitHub’s greatest length is read once', (_name, part) => {
  const body = part === null ? Array.from({ length: 360 }, (_, n) => '`'.repeat(400 - n)).join('\n') : part.repeat(Math.floor(65_536 / part.length));
  const start = process.cpuUsage();
  commandText(body);
  const { user, system } = process.cpuUsage(start);
  expect(user + system).toBeLessThan(500_000);
});
