import { lstat, readdir } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import type { Says } from './utility.js';

/** Something to store; `name` is below the job's folder. Of a file, the first `bytes` where they are given. */
export type Target = Readonly<{ name: string; file: string; bytes?: number } | { name: string; text: string }>;

/** All regular files below a path, sorted. Links are not followed: they may lead to what the job must not show (jobs 16, flaw 29). */
export async function* filesBelow(path: string, said: (link: string) => void = () => {}): AsyncGenerator<string, void> {
  for (const entry of (await readdir(path, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const inner = join(path, entry.name);
    if (entry.isDirectory()) yield* filesBelow(inner, said);
    else if (entry.isFile()) yield inner;
    else if (entry.isSymbolicLink()) said(inner);
  }
}

/** The files of the items: a file by its name, a folder with its name and everything below (jobs 5.7). What is missing is said and left out. */
export async function itemTargets(items: readonly string[], says: Says): Promise<readonly Target[]> {
  const targets: Target[] = [];
  const link = (path: string): void => { says.warn({ path }, 'a link is not followed'); };
  for (const item of items) {
    const found = await lstat(item).catch(() => undefined);
    if (!found) says.warn({ item }, 'there is nothing to upload at an item');
    else if (found.isFile()) targets.push({ name: basename(item), file: item });
    else if (found.isSymbolicLink()) link(item);
    else if (found.isDirectory()) for await (const file of filesBelow(item, link)) targets.push({ name: `${basename(item)}/${relative(item, file).replaceAll('#', '%23')}`, file });
  }
  return targets;
}
