import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ACTION_REQUIRED, DEPRECATION, labelFor, labelSet, NEEDED, NONE, NOTE, noteOf, parentsOf, withNote } from '../../../src/handlers/releasenote/note.js';

const fenced = (text: string): string => `What it does.\r\n\r\n\`\`\`release-note\r\n${text}\r\n\`\`\`\r\n`;

test.each<{ name: string; body: string; note: string }>([
  { name: 'a block', body: fenced('A note.'), note: 'A note.' },
  { name: 'several lines', body: fenced('One.\r\nTwo.'), note: 'One.\r\nTwo.' },
  { name: 'the old form', body: '**Release note**:\r\n```\r\nOld.\r\n```', note: 'Old.' },
  { name: 'the old form with a hint', body: '**Release note**:\n<!-- Write\nNONE. -->\n```release-note\nOld.\n```', note: 'Old.' },
  { name: 'the first block counts', body: `${fenced('First.')}${fenced('Second.')}`, note: 'First.' },
  { name: 'an empty block', body: fenced(''), note: '' },
  { name: 'another block', body: '```go\nx\n```', note: '' },
  { name: 'a block without an end', body: '```release-note\nx', note: '' },
  { name: 'no block', body: 'A note.', note: '' },
])('note: $name', ({ body, note }) => expect(noteOf(body)).toBe(note));

test.each<{ body: string; labels?: readonly string[]; want: string }>([
  { body: '', want: NEEDED },
  { body: '', labels: [NONE], want: NONE },
  { body: '', labels: [NONE, DEPRECATION], want: NEEDED },
  { body: '', labels: [NOTE], want: NEEDED },
  { body: fenced('NONE'), want: NONE },
  { body: fenced('"none".'), want: NONE },
  { body: fenced('No'), want: NONE },
  { body: fenced('None'), labels: [DEPRECATION], want: NEEDED },
  { body: fenced('None of the flags changed'), want: NOTE },
  { body: fenced('N/A'), want: NOTE },
  { body: fenced('Action Required: do it'), want: ACTION_REQUIRED },
  { body: fenced('A note.'), labels: [DEPRECATION, NONE], want: NOTE },
])('$body with $labels: $want', ({ body, labels = [], want }) => expect(labelFor(body, labelSet(labels))).toBe(want));

test.each([
  { body: 'Cherry pick of #12 on release-1.2.', want: [12] },
  { body: 'Cherry pick of #12 on release-1.2.\r\nCherry pick of #7 on release-1.2.\nCherry pick of #12 on release-1.2.', want: [12, 7] },
  { body: 'Automated cherry pick of #12', want: [] },
  { body: 'Cherry pick of #99999999999999999999 on release-1.2.', want: [] },
])('picked: $body', ({ body, want }) => expect(parentsOf(body)).toEqual(want));

test('another note takes the place of the former one and of nothing else', () => {
  expect(withNote('no block', 'x')).toBeUndefined();
  expect(withNote(`Before $1\r\n${fenced('Old')}After`, ' It costs $& and $1. ')).toBe(`Before $1\r\n${fenced('It costs $& and $1.')}After`);
  fc.assert(fc.property(fc.string(), fc.string(), fc.string().filter((note) => note.trim() !== '' && !note.includes('`')), (before, after, note) => {
    fc.pre(!before.includes('`') && !/Release note\*\*:/.test(before));
    const body = `${before}${fenced('Old')}${after}`;
    const made = withNote(body, note) ?? '';
    expect(noteOf(made)).toBe(note.trim());
    expect(made.startsWith(before) && made.endsWith(after)).toBe(true);
    expect(withNote(made, 'Old')).toBe(body);
  }));
});
