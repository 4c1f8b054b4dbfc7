import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

export const CHART = fileURLToPath(new URL('../../helm', import.meta.url));

export type Values = Readonly<Record<string, unknown>>;
export type Fields = Readonly<Record<string, unknown>>;

/** A rendered object, as far as the tests look at all of them alike. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<{ name: string; namespace?: string; labels?: Readonly<Record<string, string>>; annotations?: Readonly<Record<string, string>> }>;
  readonly [field: string]: unknown;
}

export type Rendered = Readonly<{ kind: 'rendered'; objects: readonly Manifest[] }> | Readonly<{ kind: 'refused'; why: string }>;

export interface Release {
  readonly name: string;
  readonly namespace: string;
}

/** Runs `helm COMMAND` on the chart with these values; returns exit code and output. */
export function helm(path: string, command: readonly string[], values: Values): Readonly<{ code: number | null; out: string; err: string }> {
  const dir = mkdtempSync(join(tmpdir(), 'prow-helm-'));
  try {
    const file = join(dir, 'values.json');
    writeFileSync(file, JSON.stringify(values));
    const env = { PATH: process.env['PATH'], HOME: dir };
    const { status, stdout, stderr } = spawnSync(path, [...command, '-f', file], { encoding: 'utf8', env, timeout: 60_000, maxBuffer: 64 * 1024 * 1024 });
    return { code: status, out: stdout, err: stderr };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** What `helm lint` says; exit code 0 means well. */
export function lint(path: string, values: Values): Readonly<{ code: number | null; out: string; err: string }> {
  return helm(path, ['lint', '--strict', '--quiet', CHART], values);
}

/** The objects that the chart makes of these values; the resource definition is not among them. */
export function render(path: string, values: Values, { name, namespace }: Release = { name: 'prow', namespace: 'prow' }, chart = CHART): Rendered {
  const { code, out, err } = helm(path, ['template', name, chart, '--namespace', namespace], values);
  return code === 0 ? { kind: 'rendered', objects: parse(out) } : { kind: 'refused', why: err };
}

const NOTES = `apiVersion: v1
kind: Notes
metadata: { name: notes }
text: {{ tpl (.Files.Get "notes.txt") . | toJson }}
`;

/** What Helm prints after an installation. Only a cluster makes Helm show it, so a copy of the chart has it as an object. Throws what Helm says. */
export function notes(path: string, values: Values): string {
  const dir = mkdtempSync(join(tmpdir(), 'prow-notes-'));
  try {
    cpSync(CHART, dir, { recursive: true });
    copyFileSync(join(CHART, 'templates', 'NOTES.txt'), join(dir, 'notes.txt'));
    writeFileSync(join(dir, 'templates', 'notes.yaml'), NOTES);
    const rendered = render(path, values, undefined, dir);
    if (rendered.kind === 'refused') throw new Error(rendered.why);
    return String(rendered.objects.find(({ kind }) => kind === 'Notes')?.['text']);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** YAML as kubectl reads it. */
export function parse(text: string): readonly Manifest[] {
  return parseAllDocuments(text, { version: '1.1' }).flatMap((document) => {
    const [problem] = document.errors;
    if (problem) throw problem;
    const object = document.toJS() as Manifest | null;
    return object === null ? [] : [object];
  });
}
