import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { WITHOUT_EFFECT } from '../../src/config/prow/withoutEffect.js';
import { schemaCommand } from '../../src/cli/schema.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
/** Files that declare keys, or take them as they stand for whoever asks; that a key is named there does not mean that anything reads it. */
const DECLARING = /^src\/config\/(?:prow\/(?:branchProtection|components|controller|deck|gangway|gerrit|inRepoLimits|plank|schema|slack|tide|withoutEffect)|kube\/\w+|templateData)\.ts$|^src\/embedded\//;

/** What reads the configuration: all of our source but where keys are declared. */
function readers(): string {
  const files = ['src', 'queues'].flatMap((folder) => readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`));
  return files.filter((name) => /\.tsx?$/.test(name) && !DECLARING.test(name)).map((name) => readFileSync(join(root, name), 'utf8')).join('\n');
}

/** Older forms, which become the present ones where they are declared; and what is there so that nothing reads it. */
const FOLDED = ['tide.target_url', 'tide.pr_status_base_url', 'plank.report_template', 'prow_ignored'];
/** Only the tool that keeps GitHub's rules reads most of it; Tide reads what it needs. */
const FOR_TOOLS = ['branch-protection'];

interface Node { readonly properties?: Readonly<Record<string, Node>>; readonly items?: Node; readonly additionalProperties?: Node | boolean; readonly anyOf?: readonly Node[] }

/** Paths of all keys, without those of maps and lists. */
function keysOf({ properties = {}, items, additionalProperties, anyOf = [] }: Node, path: readonly string[]): readonly (readonly string[])[] {
  return [
    ...Object.entries(properties).flatMap(([key, below]) => [[...path, key], ...keysOf(below, [...path, key])]),
    ...[items, ...(typeof additionalProperties === 'object' ? [additionalProperties] : []), ...anyOf].flatMap((below) => (below ? keysOf(below, path) : [])),
  ];
}

test('every key of config.yaml is read by something, or said to have no effect', async () => {
  const out: string[] = [];
  await schemaCommand(['config'], { print: (line) => { out.push(line); } });
  const excused = [...WITHOUT_EFFECT.map(([path]) => path.join('.')), ...FOLDED, ...FOR_TOOLS];
  const words = new Set(readers().match(/[\w-]+/g));
  const unread = keysOf(JSON.parse(out.join('\n')) as Node, []).filter((path) => {
    const name = path.at(-1) ?? '';
    return !words.has(name) && !excused.some((one) => `${path.join('.')}.`.startsWith(`${one}.`));
  });
  expect(unread.map((path) => path.join('.'))).toEqual([]);
});
