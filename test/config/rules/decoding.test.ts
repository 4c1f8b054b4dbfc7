import { expect, test } from '@jest/globals';
import { configFromText } from '../../../src/config/load.js';
import { problems } from './problems.js';

const job = (rest: string) => `presubmits: {o/r: [{name: a, spec: {containers: [{}]}, ${rest}}]}`;
const first = (jobs: string) => configFromText({ jobs }).snapshot.presubmits({ org: 'o', name: 'r' })[0];

// What upstream's YAML reader makes of plain words and numbers (config 1.1).
test.each<[word: string, value: boolean]>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word): [string, boolean] => [word, true]), ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word): [string, boolean] => [word, false]),
])('config 1.1: the plain word %s is %s, in quotes it is none', (word, value) => {
  expect(first(job(`optional: ${word}`))?.optional).toBe(value);
  expect(problems({ jobs: job(`optional: "${word}"`) }).errors).toEqual(['jobs.yaml:1:66: presubmits["o/r"][0].optional: expected boolean, found string']);
});

test.each(['', '~', 'null', 'Null', 'NULL'])('config 1.1: %p is nothing', (word) => {
  expect(first(`presubmits:\n  o/r:\n  - name: a\n    spec: {containers: [{}]}\n    optional: ${word}\n    labels: ${word}\n    extra_refs: ${word}\n    max_concurrency: ${word}\n    context: ${word}\n`)).toMatchObject({ optional: false, labels: {}, extra_refs: [], max_concurrency: 0, context: 'a' });
});

test.each<[written: string, value: number]>([['0x1F', 31], ['0b101', 5], ['0777', 511], ['1_000', 1000], ['+12', 12], ['0', 0]])('config 1.1: the number %s is %d', (written, value) => expect(first(job(`max_concurrency: ${written}`))?.max_concurrency).toBe(value));

test.each<[written: string, text: string]>([['5', '5'], ['1.5', '1.5'], ['1.10', '1.1'], ['true', 'true'], ['yes', 'true'], ['no', 'false'], ['2020-01-02', '2020-01-02'], ['1:30', '1:30'], ['0777', '511'], ['1e3', '1000'], ['"1.10"', '1.10']])('config 1.1: %s where a text is wanted is %p', (written, text) => {
  expect(first(job(`annotations: {a: ${written}}`))?.annotations).toEqual({ a: text });
});

test.each<[key: string, text: string]>([['1', '1'], ['true', 'true'], ['on', 'true'], ['1.5', '1.5'], ['"on"', 'on']])('config 1.1: the key %s is %p', (key, text) => expect(first(job(`labels: {${key}: x}`))?.labels).toEqual({ [text]: 'x' }));

test.each<[rule: string, jobs: string, want: object]>([
  ['config 1.1: keys without regard to case, the exact one first', job('OPTIONAL: true, Max_Concurrency: 1, max_concurrency: 2'), { optional: true, max_concurrency: 2 }],
  ['config 1.1: keys of a pod, too', 'presubmits: {o/r: [{name: a, spec: {Containers: [{ENV: [{NAME: X, Value: v}]}]}}]}', { name: 'a' }],
  ['config 1.1: only the first document, though a later one is broken', `${job('optional: true')}\n---\nfoo: [`, { optional: true }],
  ['config 1.1: anchors, aliases and merges', 'presets: [&p {labels: {x: z}}]\npresubmits: {o/r: [{<<: {optional: true, context: c}, name: a, spec: &s {containers: [{}]}, context: d}, {name: b, spec: *s}]}', { optional: true, context: 'd' }],
  ['config 1.1: of repeated keys the last', job('optional: true, optional: false'), { optional: false }],
  ['config 1.1: quantities as numbers', 'presubmits: {o/r: [{name: a, spec: {containers: [{resources: {requests: {cpu: 1.5, memory: 1Gi}, limits: {cpu: 4}}}]}}]}', { name: 'a' }],
])('%s', (_, jobs, want) => expect(first(jobs)).toMatchObject(want));

test.each<[rule: string, jobs: string, want: readonly unknown[]]>([
  ['config 1.1: a list that does not end', 'presubmits: [\n', [expect.stringMatching(/^jobs\.yaml:2:1: /)]],
  ['config 1.1: a tab that indents', 'presubmits:\n\to/r: []\n', [expect.stringMatching(/^jobs\.yaml:2:1: /)]],
  ['config 1.1: an alias of nothing', 'presets: *none\n', ['jobs.yaml:1:10: there is no anchor none before this']],
  ['config 1.1: a merge of what is no map', 'presets:\n- <<: x\n', ['jobs.yaml:2:7: expected a map to merge, or a list of maps']],
  ['config 1.1: a key that is a list', '? [a]\n: b\n', ['jobs.yaml:1:3: expected a text as key, found a list']],
  ['config 1.1: a number without end', 'presets: [{labels: {a: .inf}}]\n', ['jobs.yaml:1:24: expected a finite number, found .inf']],
])('%s is refused', (_, jobs, want) => expect(problems({ jobs }).errors).toEqual(want));
